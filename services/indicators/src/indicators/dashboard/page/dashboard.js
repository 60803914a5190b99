import { chart } from "/dashboard/charts.js";

const WORDS = {
  zh: {
    skip: "跳到内容", title: "毕业去向落实情况", cohort: "届", token: "访问令牌", show: "显示", as_of: "截至",
    watermark: "数据更新至", incomplete: "有事件尚未处理，数字可能不完整", base: "毕业生数", placed: "已落实", rate: "落实率 %",
    school: "院校", province: "省份", nation: "全国", college: "院系", major: "专业", class: "班级", school_province: "院校所在省份",
    none: "未填", by: "按", paste: "请粘贴访问令牌", ended: "令牌已到期，请换新的令牌", failed: "暂时无法读取",
    many: "打开的看板过多，本页每隔片刻自动刷新", lost: "连接中断，正在重连；数字停在上述时刻",
    over_time: "落实率变化", classes: "去向构成", day: "日期", people: "人数", share: "占比 %", chart: "图，数字见旁边的表格：",
  },
  en: {
    skip: "Skip to content", title: "Placement of graduates", cohort: "Cohort", token: "Access token", show: "Show", as_of: "As of",
    watermark: "Includes changes until", incomplete: "Some events are not applied yet; figures may be incomplete", base: "Graduates",
    placed: "Placed", rate: "Placement rate %", school: "School", province: "Province", nation: "Nation", college: "College",
    major: "Major", class: "Class", school_province: "Province of the school", none: "Missing", by: "By",
    paste: "Paste an access token", ended: "The token has ended; bring a new one", failed: "Cannot be read at the moment",
    many: "Too many dashboards are open; this one renews its figures now and then",
    lost: "The connection is lost and tried again; figures are of the time that is shown",
    over_time: "Placement rate over time", classes: "Where graduates went", day: "Day", people: "Persons", share: "Share %",
    chart: "Chart, figures in the table beside it: ",
  },
};
const MAIN = { "CN-2024": "placement_rate", "CN-2021": "placement_rate", "CN-2004": "employment_rate" };
const state = { token: null, language: navigator.language.startsWith("zh") ? "zh" : "en", titles: {}, names: {}, classes: {}, stream: null, round: 0, drawn: null };
const CLASSES = "destination_class";
const MOST_BARS = 60;
const at = (selector) => document.querySelector(selector);
const say = (word) => WORDS[state.language][word];

function claims() {
  try {
    const part = state.token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (each) => each.charCodeAt(0))));
  } catch {
    return {};
  }
}

function asked() {
  const own = claims();
  const query = new URLSearchParams({ cohort: at("#cohort").value });
  if (own.role === "provincial_officer") {
    query.set("province", own.province_code);
    return { query, by: "school", level: "province", code: own.province_code };
  }
  if (own.school_code === undefined) {
    query.set("nation", "CN");
    return { query, by: "school_province", level: "nation", code: "" };
  }
  query.set("school", own.school_code);
  if (own.role === "college_officer") {
    query.set("college", own.college_code);
    return { query, by: "major", level: "college", code: own.college_code };
  }
  if (own.role === "counsellor") {
    query.set("class", [own.class_code].flat()[0]);
    return { query, by: "class", level: "class", code: query.get("class") };
  }
  return { query, by: "college", level: "school", code: own.school_code };
}

async function read(path, query, more = {}) {
  const all = new URLSearchParams(query);
  Object.entries(more).forEach(([name, value]) => all.set(name, value));
  const answer = await fetch(`${path}?${all}`, {
    headers: { Authorization: `Bearer ${state.token}`, "Accept-Language": state.language },
  });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.title), { status: answer.status });
  return body;
}

function notice(text) {
  at("#notice").textContent = text;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function translate() {
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  document.querySelectorAll("[data-say]").forEach((each) => { each.textContent = say(each.dataset.say); });
  document.querySelectorAll("[data-language]").forEach((each) => {
    each.setAttribute("aria-pressed", String(each.dataset.language === state.language));
  });
}

async function learn(what) {
  const schemes = await read("/v1/definitions", new URLSearchParams({ limit: "200" }));
  state.titles = {};
  for (const scheme of schemes.items) {
    for (const measure of scheme.measures ?? []) state.titles[measure.name] = measure.title;
  }
  [state.names, state.classes] = await Promise.all([what.by, CLASSES].map(async (dimension) => {
    const cells = await read("/v1/structures", what.query, { dimension });
    return Object.fromEntries(cells.observations[0].cells.map((cell) => [cell.code, cell.label]));
  }));
}

function labelled(code) {
  const name = state.names[code];
  return code === null ? say("none") : name ? `${name} (${code})` : code;
}

function main(scheme, measures) {
  return MAIN[scheme] ?? Object.keys(measures)[0];
}

function draw(what, total, groups) {
  const all = total.observations[0];
  at("#of").textContent = `${say(what.level)} ${what.code} · ${total.scheme} · ${at("#cohort").value}`;
  at("#measures").replaceChildren(...Object.entries(all.measures).map(([name, figure]) => {
    const box = document.createElement("div");
    const title = state.titles[name];
    const shown = element("dd", "");
    shown.append(
      element("span", figure.rate ?? "–", { "data-figure": name }),
      element("small", `${figure.numerator} / ${figure.denominator}`),
    );
    box.append(element("dt", title ? title[state.language] : name), shown);
    return box;
  }));
  for (const name of ["as_of", "watermark"]) {
    const value = total[name] ?? "";
    const shown = at(`[data-stamp="${name}"]`);
    shown.dateTime = value;
    shown.textContent = name === "watermark" && value ? new Date(value).toLocaleString(document.documentElement.lang) : value;
  }
  at("#incomplete").hidden = !total.incomplete;
  at("#grouping").textContent = say(what.by);
  at("#caption").textContent = `${say("by")} ${say(what.by)}`;
  at("#rows").parentElement.dataset.table = what.by;
  at("#rows").replaceChildren(...groups.observations.map((each) => {
    const code = each.group[what.by];
    const figure = each.measures[main(groups.scheme, each.measures)];
    const row = document.createElement("tr");
    row.dataset.group = code ?? "";
    row.append(
      element("th", labelled(code), { scope: "row" }),
      ...[each.base, figure.numerator, figure.rate ?? "–"].map((value) => element("td", value)),
    );
    return row;
  }));
  at("#figures").hidden = false;
}

function tabulate(name, values, head) {
  at(`[data-table="${name}"] tbody`).replaceChildren(...values.map((each) => {
    const row = document.createElement("tr");
    const rate = each.rate === null ? "–" : each.rate.toFixed(2);
    row.append(element("th", head(each), { scope: "row" }), element("td", each.numerator), element("td", rate));
    return row;
  }));
}

async function picture(name, caption, specification, values) {
  const holder = at(`[data-chart="${name}"]`);
  holder.hidden = values.length === 0 || values.length > MOST_BARS;
  holder.setAttribute("aria-label", `${say("chart")}${caption}`);
  if (!holder.hidden) await chart(holder, specification, values, caption);
}

// the specifications that the API gives of rates, series and structures
async function illustrate(what, total, current) {
  const measure = main(total.scheme, total.observations[0].measures);
  const year = at("#cohort").value;
  const [first, last] = [`${year}-01-01`, `${year}-12-31`].map((day) => (day < total.as_of ? day : total.as_of));
  const drawn = { format: "vega-lite" };
  const [groups, series, classes] = await Promise.all([
    read("/v1/rates", what.query, { by: what.by, ...drawn }),
    read("/v1/series", what.query, { measure, from: first, to: last, step: "week", ...drawn }),
    read("/v1/structures", what.query, { dimension: CLASSES, ...drawn }),
  ]);
  if (!current()) return;
  const title = state.titles[measure]?.[state.language] ?? measure;
  const bars = groups.data.values.filter((each) => each.measure === title);
  bars.forEach((each) => { each.group = state.names[each.group] ? labelled(each.group) : each.group; });
  classes.data.values.forEach((each) => { each.group = state.classes[each.group] ?? each.group; });
  tabulate("series", [...series.data.values].reverse(), (each) => each.as_of);
  tabulate("classes", classes.data.values, (each) => each.group);
  await picture("groups", at("#caption").textContent, groups, bars);
  await picture("series", say("over_time"), series, series.data.values);
  await picture("classes", say("classes"), classes, classes.data.values);
}

async function refresh(what) {
  const mine = (state.round += 1);
  const [total, groups] = await Promise.all([
    read("/v1/rates", what.query), read("/v1/rates", what.query, { by: what.by }),
  ]);
  // what was asked later and is here already is newer
  const current = () => mine === state.round;
  if (!current()) return;
  draw(what, total, groups);
  // one after another: two must not draw into one place; figures stand without charts
  state.drawn = Promise.resolve(state.drawn).then(() => current() && illustrate(what, total, current));
  await state.drawn.catch((error) => notice(`${say("failed")} ${error.message}`));
  state.drawn = null;
}

const RETRY_SECONDS = 2;
const pause = (seconds) => new Promise((done) => { setTimeout(done, 1000 * seconds); });

async function listen(what, body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = "", part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (text + part.value).split("\n\n");
    text = events.pop();
    const moved = events.filter((event) => event.includes("event: moved"));
    for (const event of moved) heard(/^id: (.*)$/m.exec(event)[1]);
    if (moved.length) await refresh(what);
  }
}

async function follow(what, ended) {
  const scope = new URLSearchParams(what.query);
  ["college", "class"].forEach((name) => scope.delete(name));
  let last = null;
  while (!ended.aborted) {
    let wait = RETRY_SECONDS;
    try {
      const headers = { Authorization: `Bearer ${state.token}`, ...(last ? { "Last-Event-ID": last } : {}) };
      const answer = await fetch(`/v1/stream?${scope}`, { headers, signal: ended });
      if (answer.status === 401) { notice(say("ended")); return; }
      if (answer.status === 400) last = null;
      if (answer.ok || answer.status === 429) await refresh(what);
      if (ended.aborted) return;
      if (answer.ok) {
        notice("");
        await listen(what, answer.body, (id) => { last = id; });
      } else {
        // the places of this person are taken: the page asks now and then, until one is free
        notice(say(answer.status === 429 ? "many" : "lost"));
        wait = Number(answer.headers.get("Retry-After")) || RETRY_SECONDS;
      }
    } catch (error) {
      if (ended.aborted) return;
      notice(say(error.status === 401 ? "ended" : "lost"));
    }
    await pause(wait);
  }
}

async function show() {
  state.stream?.abort();
  if (!state.token) { notice(say("paste")); return; }
  const ended = new AbortController();
  state.stream = ended;
  const what = asked();
  try {
    await learn(what);
    await refresh(what);
    notice("");
    follow(what, ended.signal);
  } catch (error) {
    at("#figures").hidden = true;
    notice(error.status === 401 ? say("ended") : `${say("failed")} ${error.message}`);
  }
}

function take() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has("cohort")) at("#cohort").value = given.get("cohort");
  if (given.has("token")) state.token = given.get("token");
  // it stays out of the address, the history and every referrer
  if (given.has("token") || given.has("cohort")) history.replaceState(null, "", location.pathname);
  return given.has("token");
}

function begin() {
  at("#cohort").value = new Date().getFullYear();
  take();
  translate();
  // another link to this page in the same tab changes nothing but the fragment
  window.addEventListener("hashchange", () => { if (take()) show(); });
  document.querySelectorAll("[data-language]").forEach((each) => each.addEventListener("click", () => {
    state.language = each.dataset.language;
    translate();
    if (state.token) show();
  }));
  at("#ask").addEventListener("submit", (event) => {
    event.preventDefault();
    state.token = at("#token").value.trim() || state.token;
    at("#token").value = "";
    show();
  });
  show();
}

begin();
