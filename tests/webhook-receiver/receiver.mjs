// Receives webhooks as a health record would, and verifies each with npm's `standardwebhooks`.
//
//   node receiver.mjs
//
// Prints its port; then, for each line of standard input, takes it as the secret to verify with. Each message is printed as one line of JSON: its id, its
// content, or why it was not verified. What is not verified is answered with 401.
import { createInterface } from 'node:readline'
import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

let webhook
createInterface({ input: process.stdin }).on('line', secret => { webhook = new Webhook(secret) }).on('close', () => process.exit())

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk)).on('end', () => {
    const line = { id: request.headers['webhook-id'] }
    try {
      line.event = webhook.verify(Buffer.concat(chunks).toString('utf8'), request.headers)
    } catch (error) {
      line.error = error.message
    }
    console.log(JSON.stringify(line))
    response.writeHead(line.error ? 401 : 204).end()
  })
}).listen(0, '127.0.0.1', () => console.log(server.address().port))
