"use strict";

// Draws a Vega-Lite specification of the API; the script for it, some 300 KB, is asked for with the first chart.
const FONT = getComputedStyle(document.body).fontFamily;
const shown = new WeakMap();
let drawing = null;

async function embed() {
  // labels are measured when a chart is drawn: the font has to be there
  const parts = [import("/dashboard/vega.js"), document.fonts.load('1rem "Quxiang Han"', "落实")];
  await Promise.all(parts);
  return window.vegaEmbed;
}

// `values` are those of the specification's data that are drawn, of one measure, with the names that the page gives to groups
export async function chart(holder, specification, values, title) {
  const room = holder.clientWidth;
  const { row, color, ...encoding } = specification.encoding;
  const labels = Math.min(170, Math.round(room * 0.35));
  const lines = specification.mark.type === "line";
  // months as numbers: their names would be English in every language
  if (lines) encoding.x = { ...encoding.x, axis: { format: "%Y-%m", tickCount: 4 } };
  const drawn = {
    ...specification, encoding, data: { values }, title: { text: title, anchor: "start", frame: "group", color: "#1b2430" },
    width: Math.max(80, room - (lines ? 60 : labels + 40)), height: lines ? 220 : undefined,
    config: {
      aria: false, font: FONT, background: "#fff", mark: { color: "#0b4f9e" }, view: { stroke: "#c9d1db" },
      axis: { labelColor: "#1b2430", titleColor: "#1b2430", labelLimit: labels, labelFontSize: 12, titleFontSize: 12 },
    },
  };
  const draw = await (drawing ??= embed().catch((error) => { drawing = null; throw error; }));
  shown.get(holder)?.finalize();
  // neither functions made of text nor styles put into the page: the policy of the page allows none
  const options = { ast: true, actions: false, tooltip: false, defaultStyle: false, renderer: "svg" };
  // the holder has the words, the table the figures: what is drawn is nothing to read out
  const place = document.createElement("div");
  place.setAttribute("aria-hidden", "true");
  holder.replaceChildren(place);
  shown.set(holder, await draw(place, drawn, options));
}
