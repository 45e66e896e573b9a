// Enhancement only: marks lead into the piece; a picture opens in its place.
const seek = (piece, at) => {
  const player = document.querySelector(`#piece-${piece} :is(video, audio)`);
  if (!player) return;
  const there = () => { player.currentTime = Number(at); };
  if (player.readyState > 0) there();
  else player.addEventListener("loadedmetadata", there, { once: true });
  player.play().catch(() => {});
  player.focus();
};
for (const button of document.querySelectorAll("button[data-seek]")) {
  button.disabled = !document.querySelector(`#piece-${button.dataset.piece} :is(video, audio)`);
  button.addEventListener("click", () => seek(button.dataset.piece, button.dataset.seek));
}
// From a line of machine-made text: `#piece-2@12.500`.
const asked = /^#piece-(\d+)@(\d+\.\d{3})$/.exec(location.hash);
if (asked) {
  document.getElementById(`piece-${asked[1]}`)?.scrollIntoView();
  seek(asked[1], asked[2]);
}
for (const link of document.querySelectorAll("a[data-picture]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const picture = document.createElement("img");
    picture.alt = link.dataset.picture;
    picture.src = link.href;
    link.replaceWith(picture);
  });
}
// What cannot be loaded says so in words.
for (const player of document.querySelectorAll("video, audio")) {
  player.addEventListener("error", () => {
    if (player.nextElementSibling?.matches("[role=alert]")) return;
    const said = document.createElement("p");
    said.setAttribute("role", "alert");
    said.textContent = "不能播放：没有查阅权限、内容不在存储中，或者浏览器不认识这种格式。";
    player.after(said);
  });
}
