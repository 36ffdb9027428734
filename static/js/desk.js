// Where the tabs are wider than the screen, the one that is open is in sight.
document.querySelector(".bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
