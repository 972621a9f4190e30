// SPDX-License-Identifier: GPL-3.0-or-later
//
// node-server.js PORT DATABASE each|batch: stores callbacks with better-sqlite3 and answers 200 when they are durable.
// each: one commit for a request. batch: one for all requests that came in one turn of the event loop.
'use strict';

const http = require('http');
const Database = require('better-sqlite3');

const [port, path, mode] = process.argv.slice(2);
const db = new Database(path);
db.pragma('synchronous = FULL');

const insert = db.prepare('INSERT INTO callback (claim_id, updated_ts, received_us, remote_addr) VALUES (?, ?, ?, ?)');
const insertAll = db.transaction((waiting) => {
	for (const { row } of waiting)
		insert.run(row);
});

let waiting = [];

function answer(response, status) {
	response.writeHead(status, { 'Content-Length': 0 });
	response.end();
}

function flush() {
	const batch = waiting;
	let status = 200;

	waiting = [];
	try {
		insertAll(batch);
	} catch (error) {
		status = 503;
	}
	for (const { response } of batch)
		answer(response, status);
}

function take(row, response) {
	if (mode === 'batch') {
		if (waiting.length === 0)
			setImmediate(flush);
		waiting.push({ row, response });
		return;
	}
	try {
		insert.run(row);
		answer(response, 200);
	} catch (error) {
		answer(response, 503);
	}
}

const server = http.createServer((request, response) => {
	const query = new URLSearchParams(request.url.slice(request.url.indexOf('?') + 1));
	const claim = query.get('claim_id');

	if (request.method !== 'POST' || !claim) {
		answer(response, 400);
		return;
	}
	request.resume();
	request.on('end', () => {
		take([claim, query.get('updated_ts') ?? '', Date.now() * 1000, request.socket.remoteAddress], response);
	});
});

server.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 });
