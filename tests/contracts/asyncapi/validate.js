// Reads an AsyncAPI document with the reference parser; prints what it found as JSON.
import { Parser, fromFile } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const found = diagnostics.map(({ severity, code, message, path }) => ({ severity, code, message, path: path.join("/") }));
const messages = document ? document.allMessages().all().map((message) => message.name()) : [];
const operations = document ? document.allOperations().all().map((operation) => operation.id()) : [];
console.log(JSON.stringify({ found, messages, operations }));
