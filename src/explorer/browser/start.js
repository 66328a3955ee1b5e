// The endpoint in full, as this browser reached it: a proxy may serve the gateway under another name.

const endpoint = document.getElementById("endpoint");
endpoint.textContent = new URL(endpoint.dataset.address, location.href).href;
