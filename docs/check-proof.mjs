// Checks what `citygraph audit prove` prints, with nothing but SHA-256 and Ed25519:
//   node check-proof.mjs '<public key as `citygraph audit keys` prints it>' proof.json
// Formats: c2sp.org/tlog-checkpoint and c2sp.org/signed-note; the tree is that of RFC 9162 2.1.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [, , vkey, file] = process.argv
const refuse = (why) => {
  console.error(`NOT PROVED: ${why}`)
  process.exit(1)
}
if (vkey === undefined || file === undefined) refuse('give the key and the file')
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const attempt = (work, why) => {
  try {
    return work()
  } catch {
    return refuse(why)
  }
}
const { log, index, leaf, checkpoint, proof } = attempt(() => JSON.parse(readFileSync(file, 'utf8')) ?? {}, 'the file cannot be read, or is no JSON')
const texts = [log, leaf, checkpoint, ...(Array.isArray(proof) ? proof : [undefined])]
if (!texts.every((text) => typeof text === 'string')) refuse('the file is no proof: log, index, leaf, checkpoint and proof are its members')

// 1. The key that you trust, and whether it signed the head.
const [, name, hexId, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? []
const key = Buffer.from(base64 ?? '', 'base64')
const id = sha256(`${name}\n`, key).subarray(0, 4)
if (key.length !== 33 || key[0] !== 1 || id.toString('hex') !== hexId) refuse('the key is not an Ed25519 key with its id')
const publicKey = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]), format: 'der', type: 'spki' })
const end = checkpoint.lastIndexOf('\n\n')
const text = checkpoint.slice(0, end + 1)
const signed = checkpoint.slice(end + 2).split('\n').some((line) => {
  const signature = line.startsWith(`\u2014 ${name} `) ? Buffer.from(line.slice(name.length + 3), 'base64') : Buffer.alloc(0)
  return signature.subarray(0, 4).equals(id) && verify(null, Buffer.from(text), publicKey, signature.subarray(4))
})
if (end === -1 || !signed) refuse('the head is not signed with this key')

// 2. What the head says: whose it is, over how many records, and the root of their tree.
const [origin, sizeText, rootText] = text.split('\n')
const size = Number(sizeText)
if (origin !== name || origin !== `citygraph/${log}`) refuse('the head is of another log')
if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) refuse('the head does not reach to the record')

// 3. Whether the record leads to that root (RFC 9162 2.1.3.2).
let [place, last, hash] = [index, size - 1, sha256(Uint8Array.of(0), leaf)]
for (const step of proof) {
  const sibling = Buffer.from(step, 'base64')
  if (sibling.length !== 32 || last === 0) refuse('the proof is not of this tree')
  const right = place % 2 === 1 || place === last
  hash = right ? sha256(Uint8Array.of(1), sibling, hash) : sha256(Uint8Array.of(1), hash, sibling)
  while (right && place % 2 === 0 && place > 0) [place, last] = [place / 2, Math.floor(last / 2)]
  ;[place, last] = [Math.floor(place / 2), Math.floor(last / 2)]
}
if (last !== 0 || hash.toString('base64') !== rootText) refuse('the record does not lead to the signed root')

// 4. Whether the record says of itself that it is of this log.
const record = attempt(() => JSON.parse(leaf) ?? {}, 'the record is no JSON')
if (record.log !== log) refuse('the record is of another log')
console.log(`PROVED: record ${record.id} is number ${index} of the ${size} records of ${log} that ${name} has signed.`)
