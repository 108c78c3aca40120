// A frame that is spoiled: cleaned by the encoder, and judged by its alarm.

import { figure, make, menu, short } from "/elements.js";
import { canvas, dial, paint } from "/paint.js";
import * as state from "/state.js";
import { Panel, pictures } from "/use_panel.js";

// The shift that spoils a frame, and how strong it is, as two controls.
function spoiling(panel, key, shift, strength) {
  const shifts = menu(
    ["none", ...panel.uses.about.shifts],
    state.get(`${key}shift`, shift),
    (name) => {
      state.set({ [`${key}shift`]: name });
      panel.run();
    },
    { "aria-label": "shift" },
  );
  const slider = make("input", {
    type: "range",
    min: 0,
    max: 1,
    step: 0.02,
    value: state.get(`${key}strength`, strength),
    "aria-label": "strength of the shift",
    oninput: () => {
      state.set({ [`${key}strength`]: slider.value });
      panel.run();
    },
  });
  return {
    element: make("div", { class: "row" }, shifts, make("span", { textContent: "strength" })),
    slider,
    get message() {
      return {
        shift: shifts.value === "none" ? null : shifts.value,
        strength: Number(slider.value),
      };
    },
  };
}

export class Denoise extends Panel {
  constructor(uses) {
    super(uses, "Denoise", "spoil the frame, and decode what is seen in it");
    this.shown = pictures(3);
    this.spoil = spoiling(this, "n", "noise", 0.6);
    this.element.append(
      make(
        "div",
        { class: "triple" },
        ...this.shown.map((each, index) => figure(each, ["frame", "spoiled", "decoded"][index])),
      ),
      this.spoil.element,
      this.spoil.slider,
      this.note,
    );
  }

  async work() {
    const answer = await this.ask("denoise", { frame: this.frame, ...this.spoil.message });
    this.shown.forEach((each, index) =>
      paint(each, [answer.frame, answer.spoiled, answer.clean][index]),
    );
    this.note.textContent = `off by ${short(answer.error_spoiled)} grey levels as spoiled, ${short(answer.error_clean)} decoded`;
  }
}

export class Alarm extends Panel {
  constructor(uses) {
    super(uses, "Alarm", "how strange the frame is to the encoder");
    this.given = canvas("picture", "the spoiled frame");
    this.dial = canvas("dial", "the alarm's needle");
    this.spoil = spoiling(this, "a", "none", 0.5);
    this.scores = make("table", { class: "facts" });
    this.element.append(
      make("div", { class: "triple" }, this.given, this.dial),
      this.spoil.element,
      this.spoil.slider,
      this.note,
      this.scores,
    );
  }

  async work() {
    const answer = await this.ask("alarm", { frame: this.frame, ...this.spoil.message });
    paint(this.given, answer.spoiled);
    dial(this.dial, answer);
    const beyond = `stranger than ${Math.round(100 * answer.stranger_than)}% of ${answer.held_out.toLocaleString()} frames`;
    this.note.textContent = `${answer.raised ? "ALARM" : "quiet"}: ${beyond} (${answer.origin})`;
    this.scores.replaceChildren(
      ...answer.scores.map((score) =>
        make(
          "tr",
          { title: score.what },
          make("th", { textContent: score.name }),
          make("td", {
            textContent: `${score.value.toPrecision(3)} of ${score.threshold.toPrecision(3)}`,
          }),
        ),
      ),
    );
  }
}
