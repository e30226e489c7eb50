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
    pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });
})();
