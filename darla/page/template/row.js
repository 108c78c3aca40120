// One latent: its slider, and what is known of it.

// A step of 1, 2 or 5 in a power of ten, of which a slider has a hundred or more.
function stepOf(spread) {
  const power = 10 ** Math.floor(Math.log10(spread / 100));
  const fits = [5, 2, 1].find((times) => times * power <= spread / 100);
  return (fits || 1) * power;
}

class Row {
  constructor(known, gaussian, onmove, onfocus) {
    this.latent = known.latent;
    this.name = `z${known.latent}`;
    const low = known.low ?? -1;
    const high = known.high ?? 1;
    const spread = high > low ? high - low : 1;
    this.step = stepOf(spread);
    this.path = [low, high];
    this.low = low - 0.2 * spread;
    this.high = high + 0.2 * spread;
    this.slider = make("input", {
      type: "range",
      step: this.step,
      "aria-label": `latent ${known.latent} ${known.name} ${known.role}`.trim(),
      oninput: () => onmove(this, Number(this.slider.value)),
      onfocus: () => onfocus(this),
    });
    this.value = make("output");
    this.mark = make("i", { title: "where the frame has it" });
    const role = { textContent: known.role, title: known.role, hidden: !known.role };
    const chip = make("span", { className: "chip", ...role });
    if (known.role === "look" || known.role === "state") chip.classList.add(known.role);
    const carries = `${gaussian ? "KL" : "std"} ${(known.carries ?? 0).toFixed(2)}`;
    const holds = make("small", { textContent: known.name, title: known.name });
    this.element = make(
      "div",
      { className: "row" },
      make(
        "div",
        { className: "label" },
        make("span", {}, make("b", { textContent: this.name }), make("small", {}, carries), chip),
        holds,
      ),
      make("div", { className: "slide" }, this.slider, this.mark),
      this.value,
    );
    this.element.addEventListener("dblclick", () => onmove(this, this.given));
  }

  // Begins anew from a value, which the slider reaches whatever it is.
  start(value) {
    this.given = value;
    const whole = (bound, round) => +(round(bound / this.step) * this.step).toPrecision(12);
    this.slider.min = whole(Math.min(this.low, value), Math.floor);
    this.slider.max = whole(Math.max(this.high, value), Math.ceil);
    const share = (value - this.slider.min) / (this.slider.max - this.slider.min);
    this.mark.style.left = `calc(8px + (100% - 16px) * ${share})`;
    this.show(value);
  }

  show(value) {
    this.slider.value = value;
    this.value.textContent = value.toFixed(2);
    this.element.classList.toggle("moved", value !== this.given);
  }
}
