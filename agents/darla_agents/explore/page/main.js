// The page: tabs, the frame that all of them look at, and keys.

import { ask } from "/api.js";
import { make, tell } from "/elements.js";
import { Picker, firstFrame } from "/frames.js";
import * as state from "/state.js";
import { Data } from "/data.js";
import { Traverse } from "/traverse.js";
import { Uses } from "/uses.js";
import { Watch } from "/watch.js";
import { World } from "/world.js";

const TABS = { traverse: Traverse, world: World, uses: Uses, watch: Watch, data: Data };
const TYPED = ["INPUT", "SELECT", "TEXTAREA"];

const panels = {};
const buttons = {};
let picker = null;
let open = "";

function show(name) {
  open = name in TABS ? name : "traverse";
  state.set({ tab: open });
  for (const [each, button] of Object.entries(buttons)) {
    const chosen = each === open;
    button.setAttribute("aria-selected", chosen);
    button.tabIndex = chosen ? 0 : -1;
    panels[each].element.hidden = !chosen;
    if (!chosen) panels[each].left?.();
  }
  panels[open].entered();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target;
  if (TYPED.includes(field.tagName) && field.type !== "range" && field.type !== "checkbox") return;
  const number = Number(event.key);
  const names = Object.keys(TABS);
  if (number >= 1 && number <= names.length) show(names[number - 1]);
  else if (event.key === "n") picker.step(1);
  else if (event.key === "p") picker.step(-1);
  else if (event.key === "d") picker.any();
  else if (event.key === "?") help();
  else panels[open].pressed?.(event);
}

function help() {
  const shown = document.getElementById("help");
  shown.hidden = !shown.hidden;
  document.getElementById("help-button").setAttribute("aria-expanded", !shown.hidden);
}

function alongTabs(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const names = Object.keys(TABS);
  show(names[(names.indexOf(open) + by + names.length) % names.length]);
  buttons[open].focus();
}

async function begin() {
  const about = await ask("about");
  const looked = () => {
    picker.paint();
    panels[open].entered();
  };
  picker = new Picker(about, "frame", firstFrame(about), looked);
  document.getElementById("picker").append(make("span", { textContent: "frame" }), picker.element);
  for (const [name, Tab] of Object.entries(TABS)) {
    const element = make("section", {
      id: name,
      role: "tabpanel",
      hidden: true,
      "aria-labelledby": `tab-${name}`,
    });
    panels[name] = new Tab(element, about, picker);
    document.getElementById("panels").append(element);
    const title = name[0].toUpperCase() + name.slice(1);
    buttons[name] = make("button", {
      type: "button",
      id: `tab-${name}`,
      role: "tab",
      textContent: title,
      onclick: () => show(name),
      onkeydown: alongTabs,
      "aria-controls": name,
    });
    document.getElementById("tabs").append(buttons[name]);
  }
  document.getElementById("help-button").addEventListener("click", help);
  addEventListener("keydown", pressed);
  picker.paint();
  state.onlink(() => {
    picker.show();
    picker.paint();
    for (const panel of Object.values(panels)) panel.linked?.();
    show(state.get("tab", "traverse"));
  });
  show(state.get("tab", "traverse"));
  document.body.dataset.ready = "yes";
}

begin().catch(tell);
