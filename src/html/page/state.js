// What is shown lives in the hash of the address: a link leads back to it, and Back undoes it.

function stateOf(hash) {
  return Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
}

function addressOf(state) {
  const kept = Object.entries(state).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return "#" + new URLSearchParams(kept).toString();
}

// A change inside of a view (a zoom, a filter) replaces the address: Back leads to the view before, not to each key.
function keepState(changes) {
  history.replaceState(null, "", addressOf({...stateOf(location.hash), ...changes}));
}

function seriesAddress(series, more) {
  return addressOf({view: "case", case: series.name, device: series.device, ...more});
}
