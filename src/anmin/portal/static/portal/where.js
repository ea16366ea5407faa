// "Where I am now": asked of the device when it is pressed, and put into the form; nothing is sent.
const box = document.querySelector("[data-where]");
const button = box?.querySelector("button");

if (button && navigator.geolocation && window.isSecureContext) {
  const told = box.querySelector("[data-told-where]");
  const { point, datum } = box.closest("form").elements;
  button.hidden = false;
  button.addEventListener("click", () => {
    told.textContent = box.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        point.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
        datum.value = "wgs84";
        told.textContent = box.dataset.found.replace("{m}", Math.max(1, Math.round(coords.accuracy)));
      },
      () => {
        told.textContent = box.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
}
