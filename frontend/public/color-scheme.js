// Runs before the first paint so that a dark page never flashes white. A file of its own: the content security policy
// allows no inline scripts.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem("collabcanvas-color-scheme");
  } catch (refused) {
    void refused; // storage may be switched off; the system's scheme it is
  }
  var dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
