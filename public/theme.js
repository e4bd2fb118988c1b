// Sets the theme before the first paint: the reader's choice if the browser kept one, else the system's.
// A classic script of its own, since the page's policy allows no inline script.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("kubehop.theme");
  } catch {
    // Storage may be blocked; the system's theme is used.
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
