// Dragging over an element: places are shares of its height and its width, from the top left.

// began(start) may refuse by returning false; moved and ended are told both places.
export function ondrag(element, { began = () => true, moved, ended }) {
  let start = null;
  const place = (event) => {
    const box = element.getBoundingClientRect();
    const share = (value) => Math.min(Math.max(value, 0), 1);
    return [
      share((event.clientY - box.top) / box.height),
      share((event.clientX - box.left) / box.width),
    ];
  };
  element.addEventListener("pointerdown", (event) => {
    if (began(place(event)) === false) return;
    start = place(event);
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (start) moved(start, place(event));
  });
  element.addEventListener("pointerup", (event) => {
    if (start) ended(start, place(event));
    start = null;
  });
  element.addEventListener("pointercancel", () => (start = null));
}
