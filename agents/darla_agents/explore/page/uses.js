// Uses: what an encoder is good for besides agents, six panels on the chosen frame.

import { ask, newest } from "/api.js";
import { figure, make, menu, short } from "/elements.js";
import { Picker } from "/frames.js";
import { canvas, dial, paint } from "/paint.js";
import * as state from "/state.js";

function pictures(count) {
  return Array.from({ length: count }, () => canvas());
}

export class Uses {
  constructor(element, about, picker) {
    this.element = element;
    this.about = about;
    this.picker = picker;
    const second = about.data ? `recorded.${Math.min(1, about.data.frames - 1)}` : "reference.0.1";
    this.second = new Picker(about, "second", second, () => this.entered());
    const names = about.bundles.map((bundle, index) => [index, bundle.name]);
    this.bundle = menu(names, state.get("bundle", 0), (index) => { state.set({ bundle: index }); this.entered(); }, { "aria-label": "encoder" });
    const top = make("div", { class: "row top" }, "encoder", this.bundle, make("span", { textContent: "second frame" }), this.second.element);
    this.panels = [new Between(this), new Swap(this), new Hole(this), new Denoise(this), new Nearest(this), new Alarm(this)];
    element.append(top, make("div", { class: "grid" }, ...this.panels.map((panel) => panel.element)));
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

// A panel asks one question whenever what it depends on changes; what cannot be is said in it.
class Panel {
  constructor(uses, title, what) {
    this.uses = uses;
    this.note = make("p", { class: "note" });
    this.element = make("article", { class: "card" }, make("h2", {}, title, " ", make("small", { textContent: what })));
    this.run = newest(async () => {
      this.element.classList.add("busy");
      try {
        await this.work();
      } catch (error) {
        this.note.textContent = error.message;
      }
      this.element.classList.remove("busy");
    });
  }

  ask(name, message = {}) {
    return ask(`uses/${name}`, { bundle: this.uses.chosen, ...message });
  }

  get frame() {
    return this.uses.picker.frame;
  }
}

class Between extends Panel {
  constructor(uses) {
    super(uses, "Between", "from the frame to the second one");
    this.ends = pictures(2);
    this.middle = canvas("picture", "between both");
    this.strip = pictures(9);
    this.how = menu(["linear", "spherical"], state.get("how", "linear"), (how) => { state.set({ how }); this.run(); }, { "aria-label": "way between" });
    this.slider = make("input", { type: "range", min: 0, max: 8, value: state.get("t", 4), "aria-label": "how far between", oninput: () => { state.set({ t: this.slider.value }); this.show(); } });
    this.element.append(make("div", { class: "triple" }, figure(this.ends[0], "frame"), figure(this.middle, "between"), figure(this.ends[1], "second")), this.slider, make("div", { class: "triple strip" }, ...this.strip), make("div", { class: "row" }, this.how, this.note));
  }

  async work() {
    this.answer = await this.ask("interpolate", { first: this.frame, second: this.uses.second.frame, how: this.how.value, steps: 9 });
    this.ends.forEach((each, index) => paint(each, this.answer.ends[index]));
    this.strip.forEach((each, index) => paint(each, this.answer.pictures[index]));
    this.note.textContent = "decoded latents in equal steps";
    this.show();
  }

  show() {
    if (this.answer) paint(this.middle, this.answer.pictures[Number(this.slider.value)]);
  }
}

class Swap extends Panel {
  constructor(uses) {
    super(uses, "Swap looks", "each frame's state in the other's look");
    this.given = pictures(2);
    this.made = pictures(2);
    this.element.append(make("div", { class: "triple" }, figure(this.given[0], "frame"), figure(this.made[0], "in the second's look")), make("div", { class: "triple" }, figure(this.given[1], "second"), figure(this.made[1], "in the frame's look")), this.note);
  }

  async work() {
    const answer = await this.ask("swap", { first: this.frame, second: this.uses.second.frame });
    this.given.forEach((each, index) => paint(each, answer.ends[index]));
    this.made.forEach((each, index) => paint(each, answer.swapped[index]));
    this.note.textContent = "";
  }
}

class Hole extends Panel {
  constructor(uses) {
    super(uses, "Fill a hole", "draw a rectangle, or move it with arrows (shift: size)");
    this.given = canvas("picture drag hole", "draw a rectangle here");
    this.given.tabIndex = 0;
    this.filled = canvas("picture hole", "filled");
    this.how = menu(["gradient", "iterate"], state.get("fill", "gradient"), (fill) => { state.set({ fill }); this.run(); }, { "aria-label": "way to fill" });
    this.element.append(make("div", { class: "triple" }, figure(this.given, "hidden"), figure(this.filled, "filled")), make("div", { class: "row" }, this.how, this.note));
    this.linked();
    this.listen();
  }

  linked() {
    const numbers = state.get("hole", "0.4_0.35_0.7_0.65").split("_").map(Number);
    const fits = numbers.length === 4 && numbers.every((each) => each >= 0 && each <= 1);
    this.hole = fits ? numbers : [0.4, 0.35, 0.7, 0.65];
  }

  async work() {
    const [top, left, bottom, right] = this.hole;
    const answer = await this.ask("inpaint", { frame: this.frame, top, left, bottom, right, how: this.how.value });
    this.frameShown = answer.frame;
    paint(this.given, answer.hidden);
    paint(this.filled, answer.filled);
    this.filled.dataset.painted = Number(this.filled.dataset.painted || 0) + 1;
    this.note.textContent = `${answer.pixels} pixels, off by ${short(answer.error)} grey levels (mean colour: ${short(answer.error_of_mean)})`;
  }

  listen() {
    let start = null;
    const place = (event) => {
      const box = this.given.getBoundingClientRect();
      const share = (value) => Math.min(Math.max(value, 0), 1);
      return [share((event.clientY - box.top) / box.height), share((event.clientX - box.left) / box.width)];
    };
    this.given.addEventListener("pointerdown", (event) => {
      start = place(event);
      this.given.setPointerCapture(event.pointerId);
    });
    this.given.addEventListener("pointermove", (event) => {
      if (start) this.outline(start, place(event));
    });
    this.given.addEventListener("pointerup", (event) => {
      if (!start) return;
      const end = place(event);
      const corner = [Math.min(start[0], end[0]), Math.min(start[1], end[1]), Math.max(start[0], end[0]), Math.max(start[1], end[1])];
      start = null;
      if (corner[2] - corner[0] > 0.03 && corner[3] - corner[1] > 0.03) this.put(corner);
    });
    this.given.addEventListener("keydown", (event) => {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!by) return;
      event.preventDefault();
      const [down, across] = by.map((each) => each / 16);
      const first = event.shiftKey ? [0, 0] : [down, across];
      this.put([this.hole[0] + first[0], this.hole[1] + first[1], this.hole[2] + down, this.hole[3] + across]);
    });
  }

  put(corners) {
    const kept = corners.map((each) => Math.min(Math.max(each, 0), 1));
    if (kept[2] - kept[0] < 0.05 || kept[3] - kept[1] < 0.05) return;
    this.hole = kept;
    state.set({ hole: kept.map((each) => each.toFixed(3)).join("_") });
    this.run();
  }

  outline(start, end) {
    paint(this.given, this.frameShown);
    const pen = this.given.getContext("2d");
    const { width, height } = this.given;
    pen.strokeStyle = "#d55e00";
    pen.strokeRect(start[1] * width, start[0] * height, (end[1] - start[1]) * width, (end[0] - start[0]) * height);
  }
}

// The shift that spoils a frame, and how strong it is, as two controls.
function spoiling(panel, key, shift, strength) {
  const shifts = menu(["none", ...panel.uses.about.shifts], state.get(`${key}shift`, shift), (name) => { state.set({ [`${key}shift`]: name }); panel.run(); }, { "aria-label": "shift" });
  const slider = make("input", { type: "range", min: 0, max: 1, step: 0.02, value: state.get(`${key}strength`, strength), "aria-label": "strength of the shift", oninput: () => { state.set({ [`${key}strength`]: slider.value }); panel.run(); } });
  return { element: make("div", { class: "row" }, shifts, make("span", { textContent: "strength" })), slider, get message() { return { shift: shifts.value === "none" ? null : shifts.value, strength: Number(slider.value) }; } };
}

class Denoise extends Panel {
  constructor(uses) {
    super(uses, "Denoise", "spoil the frame, and decode what is seen in it");
    this.shown = pictures(3);
    this.spoil = spoiling(this, "n", "noise", 0.6);
    this.element.append(make("div", { class: "triple" }, ...this.shown.map((each, index) => figure(each, ["frame", "spoiled", "decoded"][index]))), this.spoil.element, this.spoil.slider, this.note);
  }

  async work() {
    const answer = await this.ask("denoise", { frame: this.frame, ...this.spoil.message });
    this.shown.forEach((each, index) => paint(each, [answer.frame, answer.spoiled, answer.clean][index]));
    this.note.textContent = `off by ${short(answer.error_spoiled)} grey levels as spoiled, ${short(answer.error_clean)} decoded`;
  }
}

class Nearest extends Panel {
  constructor(uses) {
    super(uses, "Nearest frames", "of the dataset; click one to look at it");
    this.by = menu([["all", "all latents"], ["state", "state latents"], ["look", "look latents"]], state.get("by", "all"), (by) => { state.set({ by }); this.run(); }, { "aria-label": "which latents count" });
    this.given = canvas("picture", "the frame");
    this.found = make("div", { class: "near" });
    this.element.append(make("div", { class: "row" }, this.given, this.by), this.found, this.note);
  }

  async work() {
    if (!this.uses.about.data) throw new Error("No dataset was given: start again with --data FRAMES.");
    const answer = await this.ask("nearest", { frame: this.frame, by: this.by.value });
    paint(this.given, answer.frame);
    this.found.replaceChildren(...answer.pictures.map((each, index) => {
      const shown = canvas("picture", `row ${answer.rows[index]}`);
      paint(shown, each);
      return make("button", { type: "button", title: `row ${answer.rows[index]}, distance ${short(answer.distances[index])}`, onclick: () => this.uses.picker.set(`recorded.${answer.rows[index]}`) }, shown);
    }));
    this.note.textContent = `among ${answer.among.toLocaleString()} of ${answer.frames.toLocaleString()} frames, spread evenly`;
  }
}

class Alarm extends Panel {
  constructor(uses) {
    super(uses, "Alarm", "how strange the frame is to the encoder");
    this.given = canvas("picture", "the spoiled frame");
    this.dial = canvas("dial", "the alarm's needle");
    this.spoil = spoiling(this, "a", "none", 0.5);
    this.scores = make("table", { class: "facts" });
    this.element.append(make("div", { class: "triple" }, this.given, this.dial), this.spoil.element, this.spoil.slider, this.note, this.scores);
  }

  async work() {
    const answer = await this.ask("alarm", { frame: this.frame, ...this.spoil.message });
    paint(this.given, answer.spoiled);
    dial(this.dial, answer);
    const beyond = `stranger than ${Math.round(100 * answer.stranger_than)}% of ${answer.held_out.toLocaleString()} frames`;
    this.note.textContent = `${answer.raised ? "ALARM" : "quiet"}: ${beyond} (${answer.origin})`;
    this.scores.replaceChildren(...answer.scores.map((score) => make("tr", { title: score.what }, make("th", { textContent: score.name }), make("td", { textContent: `${score.value.toPrecision(3)} of ${score.threshold.toPrecision(3)}` }))));
  }
}
