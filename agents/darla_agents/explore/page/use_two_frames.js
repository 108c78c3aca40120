// Uses of two frames: what lies between them, and each in the look of the other.

import { figure, make, menu } from "/elements.js";
import { canvas, paint } from "/paint.js";
import * as state from "/state.js";
import { Panel, pictures } from "/use_panel.js";

export class Between extends Panel {
  constructor(uses) {
    super(uses, "Between", "from the frame to the second one");
    this.ends = pictures(2);
    this.middle = canvas("picture", "between both");
    this.strip = pictures(9);
    this.how = menu(
      ["linear", "spherical"],
      state.get("how", "linear"),
      (how) => {
        state.set({ how });
        this.run();
      },
      { "aria-label": "way between" },
    );
    this.slider = make("input", {
      type: "range",
      min: 0,
      max: 8,
      value: state.get("t", 4),
      "aria-label": "how far between",
      oninput: () => {
        state.set({ t: this.slider.value });
        this.show();
      },
    });
    this.element.append(
      make(
        "div",
        { class: "triple" },
        figure(this.ends[0], "frame"),
        figure(this.middle, "between"),
        figure(this.ends[1], "second"),
      ),
      this.slider,
      make("div", { class: "triple strip" }, ...this.strip),
      make("div", { class: "row" }, this.how, this.note),
    );
  }

  async work() {
    this.answer = await this.ask("interpolate", {
      first: this.frame,
      second: this.uses.second.frame,
      how: this.how.value,
      steps: 9,
    });
    this.ends.forEach((each, index) => paint(each, this.answer.ends[index]));
    this.strip.forEach((each, index) => paint(each, this.answer.pictures[index]));
    this.note.textContent = "decoded latents in equal steps";
    this.show();
  }

  show() {
    if (this.answer) paint(this.middle, this.answer.pictures[Number(this.slider.value)]);
  }
}

export class Swap extends Panel {
  constructor(uses) {
    super(uses, "Swap looks", "each frame's state in the other's look");
    this.given = pictures(2);
    this.made = pictures(2);
    this.element.append(
      make(
        "div",
        { class: "triple" },
        figure(this.given[0], "frame"),
        figure(this.made[0], "in the second's look"),
      ),
      make(
        "div",
        { class: "triple" },
        figure(this.given[1], "second"),
        figure(this.made[1], "in the frame's look"),
      ),
      this.note,
    );
  }

  async work() {
    const answer = await this.ask("swap", { first: this.frame, second: this.uses.second.frame });
    this.given.forEach((each, index) => paint(each, answer.ends[index]));
    this.made.forEach((each, index) => paint(each, answer.swapped[index]));
    this.note.textContent = "";
  }
}
