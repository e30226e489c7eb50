"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const timer = $("timer"), words = timer.dataset, total = Number(words.seconds);
  const talks = Array.from(document.querySelectorAll(".talk"));
  // The clock counts from moments, not by ticks, which a browser slows down in the background.
  let current = -1, parts = [], before = 0, since = null, said = "";

  const seconds = () => before + (since === null ? 0 : (performance.now() - since) / 1000);
  const written = (value) => {
    const whole = Math.max(0, Math.floor(value));
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  };
  const textOf = (talk, selector) => {
    const found = talk && talk.querySelector(selector);
    return found ? found.textContent : "";
  };

  // Which section of the deck is planned for now, on which slides, and when the next one begins.
  const pace = (elapsed) => {
    let from = 0, slide = 1;
    for (const [number, [title, slides, length]] of parts.entries()) {
      if (elapsed < from + length) {
        const last = slide + slides - 1;
        const where = slides > 1 ? `${words.slides} ${slide}–${last}` : `${words.slide} ${slide}`;
        const after = parts[number + 1];
        return [`${words.now}: ${title} (${where})`,
          `${words.then} ${after ? after[0] : words.end}: ${written(from + length)}`];
      }
      from += length;
      slide += slides;
    }
    return ["", ""];
  };

  const show = () => {
    const elapsed = seconds(), left = total - elapsed;
    const state = left < 0 ? "over" : left <= 120 ? "soon" : "";
    timer.className = state;
    $("clock").textContent = written(elapsed);
    $("left").textContent = left < 0 ? `+${written(-left)} ${words.over}` : `${written(Math.ceil(left))} ${words.left}`;
    [$("pace").textContent, $("then").textContent] = pace(elapsed);
    $("bar").style.width = `${Math.min(100, elapsed / total * 100)}%`;
    $("toggle").textContent = since === null ? words.start : words.stop;
    if (since !== null && state !== said) {
      $("say").textContent = state === "over" ? words.up : state === "soon" ? words.soon : "";
      said = state;
    }
  };
  const toggle = () => {
    if (since === null) since = performance.now();
    else { before = seconds(); since = null; }
    show();
  };
  const reset = () => { before = 0; since = null; said = ""; $("say").textContent = ""; show(); };
  const choose = (number, scroll) => {
    if (number < 0 || number >= talks.length) return;
    if (talks[current]) { talks[current].classList.remove("current"); talks[current].removeAttribute("aria-current"); }
    current = number;
    const talk = talks[current];
    talk.classList.add("current");
    talk.setAttribute("aria-current", "true");
    parts = JSON.parse(talk.dataset.parts);
    $("who-time").textContent = textOf(talk, ".time");
    $("who-title").textContent = textOf(talk, "h3");
    $("who-members").textContent = textOf(talk, ".members");
    reset();
    if (scroll) talk.scrollIntoView({block: "nearest"});
  };
  const large = () => document.body.classList.toggle("large");
  const open = () => { const link = talks[current] && talks[current].querySelector(".links a"); if (link) link.click(); };

  const keys = {
    " ": toggle, r: reset, f: large, o: open,
    ArrowDown: () => choose(current + 1, true), ArrowUp: () => choose(current - 1, true),
    Escape: () => document.body.classList.remove("large"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // A button or link that has the focus keeps its own keys.
    if (event.key === " " && event.target.closest && event.target.closest("a, button")) return;
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action) { event.preventDefault(); action(); }
  });
  $("toggle").addEventListener("click", toggle);
  $("reset").addEventListener("click", reset);
  $("large").addEventListener("click", large);
  $("previous").addEventListener("click", () => choose(current - 1, true));
  $("next").addEventListener("click", () => choose(current + 1, true));
  talks.forEach((talk, number) => talk.querySelector(".choose").addEventListener("click", () => choose(number, false)));

  // Who is next by the clock, or the first one.
  const now = Date.now() - 20 * 60 * 1000;
  const next = talks.findIndex((talk) => talk.dataset.moment && Date.parse(talk.dataset.moment) >= now);
  choose(Math.max(next, 0), false);
  show();
  setInterval(() => { if (since !== null) show(); }, 200);
})();
