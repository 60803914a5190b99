"use strict";
// The page works without this script. With it a link opens by itself, and what was typed outlives a lost connection.
let busy = false;
const linked = () => /^#[A-Za-z0-9_-]{22}$/.test(location.hash);

function openLink() {
  const form = document.createElement("form");
  form.method = "post";
  form.action = document.querySelector('link[rel="stylesheet"]').getAttribute("href").replace(/\/files\/.*/, "");
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "link";
  field.value = location.hash.slice(1);
  form.append(field);
  // out of the address, and so out of the history, before anything is asked for
  history.replaceState(null, "", location.pathname + location.search);
  document.body.append(form);
  form.submit();
}

function show(html, address) {
  const read = new DOMParser().parseFromString(html, "text/html");
  document.documentElement.lang = read.documentElement.lang;
  document.title = read.title;
  // the focus is moved below
  for (const each of read.querySelectorAll("[autofocus]")) each.removeAttribute("autofocus");
  document.body.replaceWith(read.body);
  if (address !== location.href) history.pushState({}, "", address);
  ready();
  window.scrollTo(0, 0);
  const appeared = document.getElementById(`q-${new URL(address).searchParams.get("new")}`);
  (document.getElementById("faults") || appeared || document.querySelector("h1"))?.focus();
}

async function send(event) {
  const form = event.target;
  event.preventDefault();
  if (busy) return;
  busy = true;
  const notice = document.getElementById("offline");
  notice.textContent = "";
  const data = new FormData(form);
  if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
  // a question may be called like a property of a form
  const plain = form.getAttribute("enctype") !== "multipart/form-data";
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: plain ? new URLSearchParams(data) : data });
    if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new Error(String(answer.status));
    // nothing of a refusal by a busy server replaces what was typed
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    show(await answer.text(), answer.redirected ? answer.url : location.href);
  } catch {
    notice.textContent = notice.dataset.text;
  } finally {
    busy = false;
  }
}

function answered(event) {
  const asked = event.target.closest("[data-question]");
  if (!asked) return;
  const missing = `${asked.dataset.question}__missing`;
  if (event.target.name === missing) return;
  const answer = asked.querySelector(`input[name="${missing}"][value=""]`);
  if (answer) answer.checked = true;
}

function ready() {
  for (const form of document.forms) form.addEventListener("submit", send);
  document.body.addEventListener("input", answered);
}

addEventListener("popstate", () => location.reload());
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", () => linked() && openLink());
if (linked()) openLink();
else {
  ready();
  // a browser that does not move the focus itself
  document.getElementById("faults")?.focus();
}
