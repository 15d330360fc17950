// SPDX-License-Identifier: EUPL-1.2
// Bytes as hexadecimal, as base64url, and SHA-256.

export type Bytes = Uint8Array;
export const NO_BYTES = new Uint8Array(0);

export function hex(bytes: Bytes): string {
	let out = "";
	for (const b of bytes)
		out += b.toString(16).padStart(2, "0");
	return out;
}

export function fromHex(text: string): Bytes {
	const out = new Uint8Array(text.length / 2);
	for (let i = 0; i < out.length; i++)
		out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return out;
}

export function equal(x: Bytes, y: Bytes): boolean {
	return x.length === y.length && x.every((b, i) => b === y[i]);
}

export function base64url(bytes: Bytes): string {
	return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** null: not base64url. */
export function fromBase64url(text: string): Bytes | null {
	if (!/^[A-Za-z0-9_-]*$/.test(text))
		return null;
	try {
		return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
	} catch {
		return null;
	}
}

/** SHA-256 by hand: browsers give theirs (crypto.subtle) to pages on https and localhost only, and a hall may run on plain http. The test compares it with Node's. */
export function sha256(bytes: Bytes): Bytes {
	const h = Uint32Array.from(H0);
	const padded = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
	padded.set(bytes);
	padded[bytes.length] = 0x80;
	const view = new DataView(padded.buffer);
	view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
	view.setUint32(padded.length - 4, bytes.length << 3);
	const w = new Uint32Array(64);
	const turn = (x: number, n: number) => (x >>> n) | (x << (32 - n));
	for (let at = 0; at < padded.length; at += 64) {
		for (let i = 0; i < 16; i++)
			w[i] = view.getUint32(at + 4 * i);
		for (let i = 16; i < 64; i++) {
			const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
			const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
			w[i] = w[i - 16] + s0 + w[i - 7] + s1;
		}
		let [a, b, c, d, e, f, g, last] = h;
		for (let i = 0; i < 64; i++) {
			const t1 = last + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
			const t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
			last = g; g = f; f = e; e = (d + t1) | 0;
			d = c; c = b; b = a; a = (t1 + t2) | 0;
		}
		[a, b, c, d, e, f, g, last].forEach((x, i) => { h[i] += x; });
	}
	const out = new DataView(new ArrayBuffer(32));
	h.forEach((x, i) => out.setUint32(4 * i, x));
	return new Uint8Array(out.buffer);
}

// The first 32 bits of the fractions of the square roots of the first 8 primes, and of the cube roots of the first 64 (FIPS 180-4).
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++)
	if (primes.every((p) => n % p !== 0))
		primes.push(n);
const fraction = (x: number) => ((x - Math.floor(x)) * 0x100000000) >>> 0;
const H0 = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const K = primes.map((p) => fraction(Math.cbrt(p)));
