// speedscope.mjs DIRECTORY FILE...: what speedscope's own importer makes of FILEs.
//
// DIRECTORY is the npm package "speedscope". It is made for a browser: its bundle
// is run here with a document that does nothing, and the importer, which the
// bundle keeps to itself, is taken out on the way. Prints a line for each
// profile: its name's end (the event), total, sum of own weights, frames.
import fs from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'

const [directory, ...files] = process.argv.slice(2)
const release = path.join(directory, 'dist/release')
const bundle = fs.readdirSync(release).find(f => /^speedscope-.*\.js$/.test(f))
const source = fs.readFileSync(path.join(release, bundle), 'utf8')

// "return (await MODULE).importProfileGroupFromBase64(...)" stands in a function.
const use = /\(await ([\w$]+)\)\.importProfileGroupFromBase64\(/.exec(source)
if (!use) {
    console.log('no importer in ' + bundle)
    process.exit(2)
}
const start = source.lastIndexOf('async function', use.index)
const script = `${source.slice(0, start)}globalThis.taken=${use[1]};${source.slice(start)}`

// Anything may be read from it, called or constructed, and gives itself.
const nothing = new Proxy(function () {}, {
    get: (target, key) =>
        key === Symbol.toPrimitive ? () => '' : key === Symbol.iterator ? function* () {} :
            key === 'then' ? undefined : key === 'length' ? 0 : nothing,
    set: () => true,
    has: () => true,
    apply: () => nothing,
    construct: () => nothing,
})
const quiet = {log() {}, warn() {}, error() {}, info() {}, debug() {}}
const page = {
    console: quiet, document: nothing, localStorage: nothing, Image: class {}, HTMLElement: class {},
    FileReader: class {}, navigator: {userAgent: '', platform: '', appVersion: ''},
    location: {hash: '', href: 'file:///', protocol: 'file:'}, matchMedia: () => nothing,
    requestAnimationFrame: () => 0, setInterval: () => 0, clearInterval() {}, addEventListener() {},
    setTimeout, clearTimeout, queueMicrotask, performance, atob, btoa, URL, URLSearchParams, Blob, File, fetch,
    TextDecoder, TextEncoder, WebAssembly, Uint8Array, ArrayBuffer, DataView,
}
page.window = page.self = page.globalThis = page
vm.createContext(page)
try {
    vm.runInContext(script, page)
} catch (error) {
    // The page cannot be drawn; all that matters is that the importer was there.
    if (!page.taken) throw error
}
const importer = await page.taken

for (const file of files) {
    const bytes = fs.readFileSync(file).toString('base64')
    const group = await importer.importProfileGroupFromBase64(path.basename(file), bytes)
    if (!group) {
        console.log(`${file}: not recognised`)
        continue
    }
    for (const profile of group.profiles) {
        let own = 0, frames = 0
        profile.forEachFrame(frame => {
            own += frame.getSelfWeight()
            frames++
        })
        console.log(profile.getName().replace(/.*-- /, ''), profile.getTotalWeight(), own, frames)
    }
}
process.exit(0)
