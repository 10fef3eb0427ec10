"use strict";

const body = document.getElementById("cameras");
const connection = document.getElementById("connection");

function show(cameras) {
  body.replaceChildren(...cameras.map((camera) => {
    const row = document.createElement("tr");
    const state = camera.running ? "running" : camera.active ? "stopped" : "inactive";
    for (const text of [camera.id, camera.name, state]) {
      row.insertCell().textContent = text;
    }
    row.className = state;
    return row;
  }));
}

function follow() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/cameras`);
  socket.onopen = () => { connection.textContent = "connected"; };
  socket.onmessage = (event) => show(JSON.parse(event.data).cameras);
  socket.onclose = () => {
    connection.textContent = "disconnected";
    setTimeout(follow, 1000);
  };
}

follow();
