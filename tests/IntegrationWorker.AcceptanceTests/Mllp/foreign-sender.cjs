// Sends the files of a list over MLLP with node-hl7-client, one after the other, and prints each answer as a line of JSON.
// node foreign-sender.cjs PORT LIST [CA]
const fs = require('node:fs');
const { Client } = require('node-hl7-client');

const [port, list, ca] = process.argv.slice(2);
const files = fs.readFileSync(list, 'utf8').split('\n').filter(Boolean);

// Latin-1 both ways: each byte is a character, so what is sent is what is in the file.
const encoding = 'latin1';
const client = new Client({ host: 'localhost', ...(ca ? { tls: { ca: fs.readFileSync(ca) } } : {}) });
const connection = client.createConnection({ port: Number(port), waitAck: true, encoding }, () => {});
let next = 0;

function send() {
  if (next === files.length) {
    connection.close().then(() => process.exit(0));
    return;
  }

  const text = fs.readFileSync(files[next], encoding);
  connection.sendMessage({ toString: () => text });
}

connection.on('connect', send);
connection.on('client.error', (error) => {
  console.error(String(error));
  process.exit(1);
});
connection.on('data.raw', (answer) => {
  console.log(JSON.stringify({ file: files[next], answer }));
  next++;
  setImmediate(send);
});
