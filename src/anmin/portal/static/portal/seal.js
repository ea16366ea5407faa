// Seals what is told, and opens what is answered, on the device: nothing of it is sent in words.
// The same in Python: kernel/sealing.py (enclose), kernel/confiding.py, files/enclosed.py.
// Where the browser has not what it needs (X25519 in WebCrypto), forms are sent as they are.
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const [ABOUT, TEXT_STEP, FILE_STEP, ROUNDS, SIDE] = [16, 1024, 16384, 600000, 4096];
const encode = (text) => new TextEncoder().encode(text);
const chance = (size) => crypto.getRandomValues(new Uint8Array(size));

const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16));

// --- sealing ------------------------------------------------------------------------------
const suiteOf = (hpke) =>
  new hpke.CipherSuite(
    hpke.KEM_DHKEM_X25519_HKDF_SHA256,
    hpke.KDF_HKDF_SHA256,
    hpke.AEAD_AES_256_GCM,
  );
const bound = (about) => ({ info: joined(encode("anmin sealed 1:"), about) });

const enclose = async (suite, plain, publicKey) => {
  const about = chance(ABOUT);
  const sealed = await suite.Seal(publicKey, plain, bound(about));
  return joined(about, sealed.encapsulatedSecret, sealed.ciphertext);
};

const disclose = async (suite, token, privateKey) => {
  const about = token.slice(0, ABOUT);
  const enc = token.slice(ABOUT, ABOUT + 32);
  return suite.Open(privateKey, enc, token.slice(ABOUT + 32), bound(about));
};

const filled = (bytes, step, by) => {
  const rest = (step - (bytes.length % step)) % step;
  return joined(bytes, new Uint8Array(rest).fill(by));
};

const enclosedFile = async (suite, name, content, publicKey) => {
  const head = encode(JSON.stringify({ name: name.slice(0, 120), size: content.length }));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length);
  return enclose(suite, filled(joined(length, head, content), FILE_STEP, 0), publicKey);
};

// --- what its owner keeps in hand ------------------------------------------------------------
const drawn = (signs, count) => {
  let text = "";
  while (text.length < count) {
    const [one] = chance(1);
    if (one < 256 - (256 % signs.length)) text += signs[one % signs.length];
  }
  return text;
};
const newKept = () => ({
  code: drawn(ALPHABET, 6),
  passphrase: drawn("0123456789", 16).match(/..../g).join("-"),
});

const proofOf = async (suite, code, passphrase) => {
  const said = `${code.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "")}:${passphrase
    .normalize("NFKC")
    .replace(/[^0-9]/g, "")}`;
  const subtle = crypto.subtle;
  const password = await subtle.importKey("raw", encode(said), "PBKDF2", false, ["deriveBits"]);
  const slow = { name: "PBKDF2", hash: "SHA-256", salt: encode("anmin confided 1"), iterations: ROUNDS };
  const root = await subtle.deriveBits(slow, password, 256);
  const mac = await subtle.importKey("raw", root, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  // HKDF-Expand (RFC 5869) of one block
  const expand = async (info) =>
    new Uint8Array(await subtle.sign("HMAC", mac, joined(encode(info), Uint8Array.of(1))));
  const privateKey = await suite.DeserializePrivateKey(await expand("read"), true);
  const { x } = await subtle.exportKey("jwk", privateKey);
  const plain = atob(x.replaceAll("-", "+").replaceAll("_", "/"));
  const publicKey = Uint8Array.from(plain, (one) => one.charCodeAt(0));
  return { privateKey, publicKey, proof: await expand("prove") };
};

// --- pictures: drawn anew, so that place, device and time are gone ----------------------------
const isPicture = (file) => /^image\/(jpeg|png|webp)$/.test(file.type);

const redrawn = async (file) => {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  return new Uint8Array(await blob.arrayBuffer());
};

const contentOf = async (file) =>
  isPicture(file)
    ? { name: file.name.replace(/\.\w+$/, "") + ".jpg", content: await redrawn(file) }
    : { name: file.name, content: new Uint8Array(await file.arrayBuffer()) };

// --- the pages --------------------------------------------------------------------------------
let known = null; // what opens answers, as long as the page is open
let mine = null; // what its owner is to write down

const sealedParts = async (suite, form, sent) => {
  const publicKey = await suite.DeserializePublicKey(unhex(form.dataset.public));
  const words = form.elements.words?.value.trim().slice(0, 4000) || "—";
  const told = encode(JSON.stringify({ [form.dataset.name]: words }));
  sent.set("sealed", hex(await enclose(suite, filled(told, TEXT_STEP, 32), publicKey)));
  for (const file of form.elements.files?.files ?? []) {
    const { name, content } = await contentOf(file);
    const token = await enclosedFile(suite, name, content, publicKey);
    sent.append("sealed-files", new Blob([token]), "sealed");
  }
};

const PLAIN = new Set(["words", "files", "code", "passphrase", "sum"]);

const sendable = async (suite, form) => {
  const sent = new FormData();
  for (const { name, value } of form.elements) {
    if (name && !PLAIN.has(name)) sent.set(name, value);
  }
  if (form.dataset.tell === "read") {
    known = await proofOf(suite, form.elements.code.value, form.elements.passphrase.value);
  } else {
    await sealedParts(suite, form, sent);
  }
  if (form.dataset.tell === "new") {
    mine ??= newKept(); // the same when it is sent once more: it may have arrived
    known = await proofOf(suite, mine.code, mine.passphrase);
    sent.set("public", hex(known.publicKey));
  }
  if (form.dataset.tell !== "more") sent.set("prove", hex(known.proof));
  return { sent, kept: form.dataset.tell === "new" ? mine : null };
};

const opened = async (suite, root) => {
  for (const place of root.querySelectorAll("[data-answer]")) {
    const labels = JSON.parse(place.dataset.labels);
    try {
      const plain = await disclose(suite, unhex(place.dataset.answer), known.privateKey);
      const said = JSON.parse(new TextDecoder().decode(plain));
      for (const [name, text] of Object.entries(said)) {
        const line = document.createElement("div");
        const [title, words] = ["dt", "dd"].map((tag) => document.createElement(tag));
        title.textContent = labels[name] ?? name;
        words.textContent = text;
        line.append(title, words);
        place.append(line);
      }
    } catch {
      place.textContent = place.dataset.unread;
    }
  }
};

const show = async (suite, text, kept) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.querySelector("main");
  if (!main) throw new Error("no page");
  if (kept) {
    for (const [name, value] of Object.entries(kept)) {
      for (const place of main.querySelectorAll(`[data-kept="${name}"]`)) place.textContent = value;
    }
  }
  if (known) await opened(suite, main);
  document.querySelector("main").replaceWith(document.adoptNode(main));
  document.title = page.title;
  for (const form of document.querySelectorAll("[data-tell]")) attend(form, suite);
  document.querySelector("main").focus();
  window.scrollTo(0, 0);
};

const warn = (form) => {
  const place = form.querySelector("[data-unclean]");
  if (!place) return;
  const named = Array.from(form.elements.files.files, (one) => one).filter((one) => !isPicture(one));
  place.hidden = !named.length;
  place.querySelector("span").textContent = named.map((one) => one.name).join(", ");
};

const attend = async (form, suite) => {
  const told = form.querySelector("[data-told]");
  form.elements.files?.addEventListener("change", () => warn(form));
  const sum = form.querySelector("[data-sum]");
  let work = Promise.resolve();
  if (sum) {
    sum.hidden = true;
    const { find } = await import(form.dataset.work);
    work = find(form.elements.token.value, Number(form.dataset.bits)).then((found) => {
      form.elements.proof.value = found;
    });
  }
  for (const place of form.querySelectorAll("[data-sealing]")) place.hidden = !suite;
  for (const place of form.querySelectorAll("[data-arrival]")) place.hidden = Boolean(suite);
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    told.textContent = form.dataset.wait;
    try {
      await work;
      if (!suite) {
        form.submit();
        return;
      }
      if (!form.checkValidity()) {
        form.reportValidity();
        told.textContent = "";
        busy = false;
        return;
      }
      const { sent, kept } = await sendable(suite, form);
      const answer = await fetch(form.action, {
        method: "POST",
        body: sent,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
      });
      const typed = Array.from(form.elements, ({ name, value, type }) => ({ name, value, type }));
      await show(suite, await answer.text(), kept);
      if (answer.ok) return;
      // It was refused: what was typed and not sent stands there again.
      for (const { name, value, type } of typed) {
        const box = document.querySelector(`[data-tell] [name="${name}"]`);
        if (box && PLAIN.has(name) && type !== "file") box.value = value;
      }
    } catch {
      told.textContent = form.dataset.failed;
      busy = false;
    }
  });
};

const ready = async (root) => {
  if (!window.crypto?.subtle) return null;
  try {
    await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
    return suiteOf(await import(root.dataset.hpke));
  } catch {
    return null;
  }
};

const first = document.querySelector("[data-tell]");
if (first && window.crypto?.subtle) {
  const suite = await ready(first);
  for (const form of document.querySelectorAll("[data-tell]")) attend(form, suite);
}
