// The service before its migration. `node server.js [PORT]`; port 0 is any free one.
"use strict";

const express = require("express");

const users = Array.from({ length: 300 }, (_, index) => ({
  id: index + 1,
  name: `User ${(index * 7919) % 1000}`,
  email: `user${index + 1}@example.org`,
  active: index % 3 !== 0,
}));

const app = express();
app.disable("x-powered-by");
app.use(express.json());

app.get("/health", (request, response) => {
  response.json({ status: "ok" });
});

app.get("/users", (request, response) => {
  const active = users.filter((user) => user.active);
  active.sort((one, other) => (one.name < other.name ? -1 : 1));
  response.json({ users: active, total: active.length });
});

app.get("/users/:id", (request, response) => {
  const found = users.find((user) => String(user.id) === request.params.id);
  if (found === undefined) {
    response.status(404).json({ error: "no such user" });
    return;
  }
  response.json(found);
});

app.post("/orders", (request, response) => {
  const lines = (request.body && request.body.lines) || [];
  if (!Array.isArray(lines) || lines.length === 0) {
    response.status(400).json({ error: "an order has lines" });
    return;
  }
  const priced = lines.map((line) => ({ ...line, total: line.quantity * line.price }));
  priced.sort((one, other) => other.total - one.total);
  const total = priced.reduce((sum, line) => sum + line.total, 0);
  response.status(201).json({ lines: priced, total });
});

const server = app.listen(Number(process.argv[2] || 3000), "127.0.0.1", (error) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(`ready http://127.0.0.1:${server.address().port}`);
});
