// Uses: what an encoder is good for besides agents, six panels on the chosen frame.

import { make, menu } from "/elements.js";
import { Picker } from "/frames.js";
import * as state from "/state.js";
import { Hole } from "/use_hole.js";
import { Nearest } from "/use_nearest.js";
import { Alarm, Denoise } from "/use_spoiled.js";
import { Between, Swap } from "/use_two_frames.js";

export class Uses {
  constructor(element, about, picker) {
    this.element = element;
    this.about = about;
    this.picker = picker;
    const second = about.data ? `recorded.${Math.min(1, about.data.frames - 1)}` : "reference.0.1";
    this.second = new Picker(about, "second", second, () => this.entered());
    const names = about.bundles.map((bundle, index) => [index, bundle.name]);
    this.bundle = menu(
      names,
      state.get("bundle", 0),
      (index) => {
        state.set({ bundle: index });
        this.entered();
      },
      { "aria-label": "encoder" },
    );
    const top = make(
      "div",
      { class: "row top" },
      "encoder",
      this.bundle,
      make("span", { textContent: "second frame" }),
      this.second.element,
    );
    this.panels = [
      new Between(this),
      new Swap(this),
      new Hole(this),
      new Denoise(this),
      new Nearest(this),
      new Alarm(this),
    ];
    element.append(
      top,
      make("div", { class: "grid" }, ...this.panels.map((panel) => panel.element)),
    );
  }

  get chosen() {
    return Number(this.bundle.value);
  }

  entered() {
    this.second.paint();
    for (const panel of this.panels) panel.run();
  }

  linked() {
    this.bundle.value = state.get("bundle", 0);
    this.second.show();
    for (const panel of this.panels) panel.linked?.();
  }
}
