/** A picture in which one can go nearer and about: by wheel, hand, buttons and keys. */

/** The least of a picture that fills its frame, in its own units. */
const NEAREST = 160;
/** How many pixels a unit has at least where a walk is to be followed. */
const READABLE = 0.5;

const viewOf = (picture, label) => {
  const { x, y, width, height } = picture.viewBox.baseVal;
  const all = { x, y, width, height };
  const now = { ...all };
  picture.removeAttribute("width");
  picture.removeAttribute("height");
  picture.setAttribute("role", "group");
  picture.style.aspectRatio = `${width} / ${height}`;

  const apply = () => {
    const within = (value, from, size, part) => Math.max(from, Math.min(value, from + size - part));
    now.x = within(now.x, all.x, all.width, now.width);
    now.y = within(now.y, all.y, all.height, now.height);
    picture.setAttribute("viewBox", `${now.x} ${now.y} ${now.width} ${now.height}`);
    // What is seen as a whole leaves fingers to the page.
    frame.classList.toggle("near", now.width < all.width);
  };
  const centre = () => ({ x: now.x + now.width / 2, y: now.y + now.height / 2 });
  /** A place of the window as one of the picture. */
  const placeOf = (clientX, clientY) => new DOMPoint(clientX, clientY).matrixTransform(picture.getScreenCTM().inverse());
  const zoom = (factor, at = centre()) => {
    const wide = Math.min(Math.max(now.width / factor, Math.min(NEAREST, all.width)), all.width);
    const ratio = wide / now.width;
    now.x = at.x - (at.x - now.x) * ratio;
    now.y = at.y - (at.y - now.y) * ratio;
    now.width = wide;
    now.height *= ratio;
    if (wide === all.width) Object.assign(now, all);
    apply();
  };
  const fit = () => {
    Object.assign(now, all);
    apply();
  };
  const pan = (right, down) => {
    now.x += right;
    now.y += down;
    apply();
  };
  const scale = () => picture.getScreenCTM()?.a ?? 1;

  picture.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 300), placeOf(event.clientX, event.clientY));
    },
    { passive: false },
  );
  const ignore = (event) => event.stopImmediatePropagation();
  let held = null;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.isPrimary) held = { x: event.clientX, y: event.clientY, moved: false };
  });
  picture.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [right, down] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(right, down) < 4) return;
    if (!held.moved) picture.setPointerCapture(event.pointerId);
    pan(-right / scale(), -down / scale());
    held = { x: event.clientX, y: event.clientY, moved: true };
  });
  for (const end of ["pointerup", "pointercancel"]) {
    picture.addEventListener(end, () => {
      // The click that follows a drag is none.
      if (held?.moved) {
        picture.addEventListener("click", ignore, { capture: true });
        setTimeout(() => picture.removeEventListener("click", ignore, { capture: true }));
      }
      held = null;
    });
  }

  const keys = {
    ArrowLeft: () => pan(-now.width / 10, 0),
    ArrowRight: () => pan(now.width / 10, 0),
    ArrowUp: () => pan(0, -now.height / 10),
    ArrowDown: () => pan(0, now.height / 10),
    "+": () => zoom(1.25),
    "=": () => zoom(1.25),
    "-": () => zoom(0.8),
    0: fit,
  };
  const button = (sign, name, act) => el("button", { type: "button", "aria-label": name, title: name, click: act }, sign);
  const frame = el(
    "div",
    { class: "frame", tabindex: "0", role: "group", "aria-label": `${label}: + and - go nearer and farther, 0 shows the whole, arrows go about` },
    picture,
  );
  frame.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    // On an element, arrows lead to others.
    if (!act || event.ctrlKey || event.metaKey || event.altKey || (event.target !== frame && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  const buttons = el("div", { class: "zoom", role: "group", "aria-label": "Zoom" }, button("+", "Nearer", () => zoom(1.25)), button("−", "Farther", () => zoom(0.8)), button("⤢", "The whole", fit));

  /** Where an element is, in the picture's units. */
  const boxOf = (element) => {
    const box = element.getBoundingClientRect();
    const from = placeOf(box.left, box.top);
    const to = placeOf(box.right, box.bottom);
    return { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
  };
  /** Goes no farther than needed for an element to be seen. */
  const reveal = (element) => {
    if (now.width >= all.width || !picture.getScreenCTM()) return;
    const box = boxOf(element);
    const seen = box.x >= now.x && box.y >= now.y && box.x + box.width <= now.x + now.width && box.y + box.height <= now.y + now.height;
    if (!seen) pan(box.x + box.width / 2 - centre().x, box.y + box.height / 2 - centre().y);
  };
  /** Goes so near that names can be read. */
  const readable = () => {
    if (scale() < READABLE) zoom(READABLE / scale());
  };
  apply();
  return { frame, buttons, reveal, readable, fit };
};
