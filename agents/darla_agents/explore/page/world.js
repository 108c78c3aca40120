// World: sliders of the true factors; the frame is drawn anew, and one sees which latents move.

import { ask, newest } from "/api.js";
import { figure, make, menu, missing, short, tell } from "/elements.js";
import { drawSetting } from "/frames.js";
import { MovedLatents } from "/moved_latents.js";
import { canvas, paint } from "/paint.js";
import * as state from "/state.js";

export class World {
  constructor(element, about, picker) {
    this.element = element;
    this.about = about;
    this.picker = picker;
    this.world = about.world;
    if (!this.world) {
      element.append(
        missing(
          "No environment was given, whose factors could be set.",
          "darla explore --env Darla/GoToObject-v0",
        ),
      );
      return;
    }
    this.settable = Object.keys(this.world.factors).filter(
      (name) => this.world.factors[name].role !== "derived",
    );
    this.sliders = new Map();
    this.base = null;
    this.moving = "";
    this.draw = newest(async () => {
      const setting = this.setting;
      const answer = await ask("world/draw", { domain: this.domain, setting });
      this.take(answer);
      this.swept();
    });
    this.sweep = newest(() => this.measure());
    element.append(make("div", {}, this.controls(), this.views(), this.moves()));
  }

  get domain() {
    return state.get("domain", this.world.varied);
  }

  get setting() {
    return state.getObject("setting");
  }

  controls() {
    this.domains = menu(
      this.world.domains,
      this.domain,
      (domain) => {
        state.set({ domain });
        this.moving = "";
        this.draw();
      },
      { id: "world-domain", "aria-label": "domain" },
    );
    const another = (inView, text) =>
      make("button", { type: "button", textContent: text, onclick: () => this.another(inView) });
    const groups = ["look", "state"].map((role) => {
      const some = this.settable.filter((name) => this.world.factors[name].role === role);
      return make(
        "div",
        {},
        make("h2", {}, make("span", { class: `chip ${role}`, textContent: role })),
        ...some.map((name) => this.factor(name)),
      );
    });
    this.derived = make("table", { class: "facts" });
    return make(
      "div",
      { class: "card factors" },
      make(
        "div",
        { class: "row" },
        make("label", { for: "world-domain", textContent: "domain" }),
        this.domains,
      ),
      make("p", {
        class: "note",
        textContent: `${this.world.env}. Another domain has its own textures, camera and shifts; factors stay as they are set.`,
      }),
      make(
        "div",
        { class: "row" },
        "another: ",
        another(null, "any"),
        another(true, "in view"),
        another(false, "not in view"),
      ),
      ...groups,
      make("h2", { textContent: "derived" }),
      this.derived,
    );
  }

  factor(name) {
    const described = this.world.factors[name];
    const began = () => this.began(name);
    let input;
    if (described.categories.length) {
      input = menu(
        described.categories,
        "",
        (value) => {
          began();
          this.change(name, value);
        },
        { "aria-label": name },
      );
    } else {
      const low = described.low ?? -1;
      const high = described.high ?? 1;
      input = make("input", {
        type: "range",
        min: low,
        max: high,
        step: "any",
        "aria-label": name,
        onpointerdown: began,
        onfocus: began,
        oninput: () => this.change(name, Number(input.value)),
      });
    }
    const value = make("output");
    this.sliders.set(name, { input, value });
    return make(
      "div",
      { class: "factor" },
      make("span", { textContent: name, title: described.unit }),
      input,
      value,
    );
  }

  views() {
    this.frame = canvas("picture", "the frame");
    this.kept = this.about.bundles.map((bundle) => canvas("picture", `what ${bundle.name} keeps`));
    return make(
      "div",
      { class: "card views" },
      figure(this.frame, "drawn by the renderer"),
      ...this.kept.map((each, index) => figure(each, `kept by ${this.about.bundles[index].name}`)),
    );
  }

  moves() {
    this.bundles = this.about.bundles.map((bundle) => new MovedLatents(bundle, this.settable));
    return make("div", { class: "moves" }, ...this.bundles.map((each) => each.element));
  }

  async entered() {
    if (!this.world) return;
    this.domains.value = this.domain;
    if (this.setting) this.draw();
    else await this.another(true);
  }

  linked() {
    this.base = null;
  }

  pressed(event) {
    if (event.key === "r" && this.world) this.another(null);
  }

  async another(inView) {
    try {
      const answer = await drawSetting(this.about, inView);
      this.base = null;
      this.moving = "";
      this.take(answer);
      this.swept();
      tell(null);
    } catch (error) {
      tell(error);
    }
  }

  // What latents are compared with: those from before this factor began to be moved.
  began(name) {
    if (this.moving === name || !this.latents) return;
    this.moving = name;
    this.base = this.latents;
  }

  change(name, value) {
    this.began(name);
    state.set({ setting: { ...this.setting, [name]: value } });
    this.sliders.get(name).value.textContent = short(value);
    this.draw();
  }

  take(answer) {
    paint(this.frame, answer.frame);
    this.frame.dataset.painted = Number(this.frame.dataset.painted || 0) + 1;
    answer.bundles.forEach((each, index) => paint(this.kept[index], each.decoded));
    this.latents = answer.bundles.map((each) => each.latents);
    this.base ??= this.latents;
    for (const [name, { input, value }] of this.sliders) {
      const now = this.setting[name] ?? answer.factors[name];
      input.value = now;
      value.textContent = typeof now === "number" ? short(now) : "";
    }
    const derived = Object.entries(answer.factors).filter(
      ([name]) => !this.settable.includes(name),
    );
    this.derived.replaceChildren(
      ...derived.map(([name, value]) =>
        make(
          "tr",
          {},
          make("th", { textContent: name }),
          make("td", { textContent: short(value) }),
        ),
      ),
    );
    this.showMoves();
  }

  showMoves() {
    this.bundles.forEach((each, index) =>
      each.show(this.latents[index], this.base[index], this.moving),
    );
  }

  // The matrix is measured when sliders have been left alone for a moment.
  swept() {
    clearTimeout(this.due);
    this.due = setTimeout(() => {
      if (this.picker.frame.of === "drawn") this.picker.paint();
      this.sweep();
    }, 500);
  }

  left() {
    clearTimeout(this.due);
  }

  async measure() {
    const asked = () => JSON.stringify([this.domain, this.setting]);
    const [domain, setting, begun] = [this.domain, this.setting, asked()];
    const first = this.moving ? [this.moving] : [];
    for (const factor of [...first, ...this.settable.filter((name) => name !== this.moving)]) {
      if (asked() !== begun) return;
      let moved = null;
      try {
        ({ moved } = await ask("world/sweep", { domain, setting, factor }));
      } catch {
        // a factor that can have no other value here is an empty column
      }
      this.bundles.forEach((each, index) => each.importance(factor, moved ? moved[index] : null));
    }
  }
}
