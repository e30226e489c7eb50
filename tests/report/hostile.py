"""Things that a group could write to run code, load something, or break out of a text."""

from __future__ import annotations

from tests.building import code, markdown, notebook
from tests.report import digits, plot, shown

#: Where a request would be seen; `{port}` is filled in by the tests that listen.
OUTSIDE = "http://127.0.0.1:{port}/"
RUN = "document.title='PWNED';document.body.dataset.pwned=1"

STRINGS = [
    f"<script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f'<svg onload="{RUN}"><script>{RUN}</script></svg>',
    f'"><svg/onload={RUN}>',
    f"</script><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"--><script>{RUN}</script><!--",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>",
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    f'<a href="javascript:{RUN}">x</a>',
    "{{ cycler.__init__.__globals__.os.system('id') }}{% raw %}",
    '#panic("typst") #include "/etc/passwd" #sys.inputs $ & ] } \\',
    "<style>@import url(" + OUTSIDE + "a.css);body{display:none}</style>",
    "<link rel=stylesheet href=" + OUTSIDE + "b.css>",
    "<img src=" + OUTSIDE + "c.png>",
    "<meta http-equiv=refresh content='0;url=" + OUTSIDE + "d'>",
    "\u202e\u2066reversed\u2069 \x00\x1b[31m",
]

MARKDOWN = [
    f"[click](javascript:{RUN.replace('(', '')})",
    f"[click](JaVaScRiPt:{RUN})",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x) [click](file:///etc/passwd)",
    "![remote](" + OUTSIDE + "e.png)",
    "![outside](../../../../etc/passwd)",
    f"$</code><script>{RUN}</script>$",
    f"```html\n</code></pre><script>{RUN}</script>\n```",
    f"| a | b |\n|---|---|\n| <script>{RUN}</script> | <img src=x onerror={RUN}> |",
]

SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><script>{RUN}</script></svg>'


def hostile(port: int = 9) -> dict[str, str | bytes]:
    """Return a project with all of them wherever a text can stand."""
    strings = [text.replace("{port}", str(port)) for text in STRINGS]
    everything = "\n\n".join(text.replace("{port}", str(port)) for text in [*strings, *MARKDOWN])
    bullets = "\n".join(f"- **Methods**: {text}" for text in strings)
    plain = "\n\n".join(strings[:4])
    title = strings[0] + strings[1] + strings[10] + '"]#x'
    table = f'<table class="dataframe" onload="{RUN}"><tr><th>a</th><th>b</th></tr>' + "".join(
        f"<tr><td>{text}</td><td>{text.replace('<', '&lt;')}</td></tr>" for text in strings[:6]
    )

    def book(*headings: str) -> str:
        cells = []
        for heading in headings:
            cells.append(markdown(f"## {heading}\n\nWe looked at it. {everything}"))
            cells.append(
                code(
                    f"plt.title('{heading}</script>')\nmodel = Sequential([])  # </script><script>{RUN}</script>",
                    shown(html=table),
                    shown(svg=SVG),
                    shown(html=everything, png=plot()),
                    shown(png="bm90IGEgcG5n"),
                    count=1,
                )
            )
        return notebook(*cells)

    name = strings[0].replace("\\", "").replace('"', "'")
    return {
        **digits(),
        "README.md": f"# {title}\n\n## Description\n\n{everything}\n\n## Task\n\n{plain}\n\n## Results\n\n- **Result:** {strings[1]}\n"
        f"- **Best model:** {strings[0]}\n\n## Conclusion\n\n{everything}\n",
        "project.toml": f"[project]\ntitle = '''{title}'''\nrepository = \"javascript:alert(1)\"\n[[project.members]]\nname = \"{name}\"\n",
        "0_LiteratureReview/README.md": f"- **Source 1**: {strings[0]} work\n{bullets}\n- **Source 2**: two\n{bullets}\n",
        "1_DatasetCharacteristics/a.ipynb": book("Dataset overview", "Distributions"),
        "2_BaselineModel/a.ipynb": book("Model choice", "Evaluation"),
        "3_Model/a.ipynb": book(
            "Model selection", "Hyperparameter tuning", "Challenges", "Comparative analysis"
        ),
        "CoverImage/cover.svg": SVG,
        "CoverImage/cover.png": b"\x89PNG\r\n\x1a\nbroken",
        "results/metrics.json": (
            b'{"metric": "</script><script>x", "value": 0.5, "best_model": "<img src=x onerror=x>", "baseline_value": 0.4,'
            b'"models": [{"name": "<script>a</script>", "metrics": {"</text><script>b": 0.5}}],'
            b'"confusion_matrix": {"labels": ["</text><script>c</script>", "<d>"], "counts": [[1, 2], [3, 4]]}}'
        ),
        "results/network.json": b'{"layers": [{"name": "</svg><script>x</script>", "kind": "<b>&amp;", "output_shape": ["<i>"]}]}',
        "layers/bad.py": f"class A:\n    def forward(self):\n        '</script><script>{RUN}</script>'\n        return 1\n",
    }
