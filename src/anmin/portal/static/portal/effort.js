// Looks for a number that makes the hash of token and number begin with so many zero bits, while
// its owner types. Without script, or where the page is not served safely, the sum stays.
const form = document.querySelector("[data-effort]");

const zeros = (bytes) => {
  const first = bytes.findIndex((one) => one);
  return first < 0 ? bytes.length * 8 : first * 8 + Math.clz32(bytes[first]) - 24;
};

export const find = async (token, bits) => {
  const text = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const digest = await crypto.subtle.digest("SHA-256", text.encode(`${token}:${number}`));
    if (zeros(new Uint8Array(digest)) >= bits) return number;
  }
};

if (form && window.crypto?.subtle) {
  const proof = form.elements.proof;
  form.querySelector("[data-sum]").hidden = true;
  const done = proof.value
    ? Promise.resolve()
    : find(form.elements.token.value, Number(form.dataset.effort)).then((found) => {
        proof.value = found;
      });
  form.addEventListener("submit", (event) => {
    if (proof.value) return;
    event.preventDefault();
    form.querySelector("[data-told]").textContent = form.dataset.wait;
    done.then(() => form.submit());
  });
}
