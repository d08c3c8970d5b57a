// Keys, countdowns and copying. Every page works without this file; it makes the work faster.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);

// ---- small things ---------------------------------------------------------------------------

function toast(message) {
  const box = document.createElement("p");
  box.className = "toast";
  box.setAttribute("role", "status");
  box.textContent = message;
  document.body.append(box);
  setTimeout(() => box.remove(), 2500);
}

function clock(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

function secondsUntil(moment) {
  return (Date.parse(moment) - Date.now()) / 1000;
}

function everySecond(step) {
  step();
  setInterval(step, 1000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("Copying is not allowed here: select the text instead");
  }
}

function copying() {
  for (const button of all("[data-copy], [data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const from = button.dataset.copyFrom;
      copy(from ? document.getElementById(from).value : button.dataset.copy);
    });
  }
}

function evidenceToggle() {
  for (const button of all("[data-toggle-evidence]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const off = button.closest("[data-evidence]").classList.toggle("hide-evidence");
      button.setAttribute("aria-pressed", String(off));
      button.textContent = off ? "Show evidence" : "Hide evidence";
    });
  }
}

function filters() {
  for (const form of all("[data-auto-submit]")) {
    one("[data-apply]", form).hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
}

function counting() {
  for (const field of all("[data-count]")) {
    const shown = one(`[data-count-for="${field.id}"]`);
    const limit = Number(field.dataset.limit);
    const show = () => {
      const count = [...field.value].length;
      shown.textContent = count ? `${count.toLocaleString("en")} so far${count > limit ? ": too long" : ""}.` : "";
    };
    field.addEventListener("input", show);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
    });
    show();
  }
}

function waiting() {
  const shown = one("[data-wait]");
  if (!shown) return;
  const button = one("[data-waits]");
  const end = Date.now() + Number(shown.dataset.wait) * 1000;
  everySecond(() => {
    const left = Math.ceil((end - Date.now()) / 1000);
    shown.textContent = left > 0 ? clock(left) : "a moment: you can try now";
    button.disabled = left > 0;
  });
}

// ---- the case ---------------------------------------------------------------------------------

function lease() {
  const box = one("[data-lease]");
  if (!box) return;
  const status = one("[data-lease-status]");
  const say = (words) => { if (status.textContent !== words) status.textContent = words; };
  everySecond(() => {
    const left = secondsUntil(box.dataset.lease);
    box.classList.toggle("soon", left > 0 && left <= 60);
    box.classList.toggle("gone", left <= 0);
    if (left > 0) {
      one("[data-left]", box).textContent = clock(left);
      if (left <= 60) say("Your hold on this case ends in less than a minute.");
    } else {
      one("[data-lease-text]", box).textContent = "Your hold has run out. What you entered is kept.";
      say("Your hold on this case has run out.");
    }
  });
}

function undoWindow() {
  const shown = one("[data-until]");
  if (!shown) return;
  everySecond(() => {
    const left = secondsUntil(shown.dataset.until);
    shown.textContent = left > 0 ? clock(left) : "no longer";
    if (left <= 0) for (const form of all("[data-while-open]")) form.hidden = true;
  });
}

const REASON_KEYS = "abdfghijklmopqtvwyz";

function fitReasons(form) {
  const act = one("input[name=act]:checked", form);
  let fitting = 0;
  for (const label of all("[data-acts]", form)) {
    const fits = Boolean(act) && label.dataset.acts.split(" ").includes(act.value);
    const input = one("input", label);
    const key = one("[data-reason-key]", label);
    label.hidden = !fits;
    input.disabled = !fits;
    if (!fits) input.checked = false;
    key.hidden = !fits;
    key.textContent = fits ? REASON_KEYS[fitting++] ?? "" : "";
    input.dataset.key = key.textContent;
  }
  // Nobody is led to abstain: the only reason that says something is chosen at once, "cannot tell" never is.
  const offered = all("[data-acts] input:enabled", form);
  const telling = offered.filter((input) => input.value !== "cannot_tell");
  if (telling.length === 1 && !offered.some((input) => input.checked)) telling[0].checked = true;
  one("[data-reason-hint]", form).hidden = Boolean(act);
  if (act) one("[data-act-hint]", form).textContent = `${act.closest("label").title}.`;
}

function draftKey() {
  return `breakwater-draft-${document.body.dataset.case}`;
}

function saveDraft(form) {
  const entered = Object.fromEntries(new FormData(form));
  const { act, reason, note } = entered;
  sessionStorage.setItem(draftKey(), JSON.stringify({ act, reason, note }));
}

function restoreDraft(form) {
  const kept = JSON.parse(sessionStorage.getItem(draftKey()) ?? "{}");
  const note = one("[name=note]", form);
  if (kept.note && !note.value) note.value = kept.note;
  for (const name of ["act", "reason"]) {
    const choice = kept[name] && one(`input[name=${name}][value="${CSS.escape(kept[name])}"]`, form);
    if (choice && !one(`input[name=${name}]:checked`, form)) choice.checked = true;
    if (name === "act") fitReasons(form);
  }
}

function decision() {
  const form = one("[data-decision]");
  const settled = one("[data-settled]");
  if (settled) sessionStorage.removeItem(`breakwater-draft-${settled.dataset.settled}`);
  if (!form) return;
  restoreDraft(form);
  form.addEventListener("input", () => { fitReasons(form); saveDraft(form); });
  one("[name=note]", form).addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(form, event.shiftKey);
  });
  for (const other of all("[data-with-note]")) {
    other.addEventListener("submit", () => {
      one("[name=note]", other).value = one("[name=note]", form).value;
    });
  }
}

function submit(form, thenNext) {
  if (thenNext) form.requestSubmit(one("[data-then-next]", form));
  else form.requestSubmit();
}

// A second press must not send a form twice.
function onceOnly() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of all("form")) delete form.dataset.sent;
  });
}

// ---- keys ---------------------------------------------------------------------------------------

function help() {
  const dialog = document.getElementById("help");
  for (const button of all("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  return dialog;
}

function typing(target) {
  return target.matches("textarea, select, input:not([type=radio])");
}

function press(key) {
  const found = all(`[data-key="${CSS.escape(key)}"]`).find((item) => item.offsetParent !== null);
  if (!found) return false;
  found.focus();
  found.click();
  return true;
}

function enter(event) {
  const form = one("[data-decision]");
  if (!form || event.target.matches("button, a, summary")) return false;
  submit(form, event.shiftKey);
  return true;
}

function onKey(event, dialog) {
  if (event.defaultPrevented || event.isComposing || event.repeat || dialog?.open) return;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Enter" && event.ctrlKey && !typing(event.target) && enter(event)) event.preventDefault();
    return;
  }
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "?" && dialog) dialog.showModal();
  else if (event.key === "Enter" ? !enter(event) : !press(event.key.toLowerCase())) return;
  event.preventDefault();
}

copying();
evidenceToggle();
filters();
counting();
waiting();
lease();
undoWindow();
decision();
onceOnly();
const helpDialog = help();
document.addEventListener("keydown", (event) => onKey(event, helpDialog));
