(() => {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  Reveal.initialize({
    width: 960,
    height: 540,
    margin: 0,
    minScale: 0.1,
    maxScale: 8,
    center: false,
    controlsLayout: "edges",
    controlsTutorial: false,
    hash: true,
    history: false,
    transition: still ? "none" : "fade",
    transitionSpeed: "fast",
    backgroundTransition: "none",
    scrollActivationWidth: null,
    overview: true,
    // Every slide has a time of its own; without a default the speaker view shows no pacing at all.
    defaultTiming: 60,
    pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });
})();
