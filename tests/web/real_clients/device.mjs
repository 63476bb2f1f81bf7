// A command line that signs one person in: says what it would show, waits, tells what it saw.
import { ask, look, wait } from './app.mjs'

const say = (what) => console.log(JSON.stringify(what))

const asked = await ask()
say(asked)
const tokens = await wait(asked)
const person = await look(tokens, tokens.claims().sub)
say({ person })
