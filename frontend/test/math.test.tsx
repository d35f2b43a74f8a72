import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import { Markdown } from "@/markdown/Markdown";
import { withoutMath } from "@/markdown/math";

const tex = (source: string, streaming = false): string[] => withoutMath(source, streaming).formulas.map((one) => one.tex);

test("formulas between their signs are taken out, in a line and by themselves", () => {
  expect(withoutMath("So \\(a^2\\) and\n\n\\[x = \\frac{1}{2}\\]\n\n$$y_1 = 2$$", false).formulas).toEqual([
    { tex: "a^2", isDisplay: false },
    { tex: "x = \\frac{1}{2}", isDisplay: true },
    { tex: "y_1 = 2", isDisplay: true },
  ]);
});

test.each(["It cost $5 and $6 million.", "It cost $$5 million and $$6 million.", "US$$5 = US$$6", "From $1,000 to $2,000 = more", "$$12 million$$", "$5–$6", "US$5 = US$6", "$5=$6 and A$7", "a price of $5 (=EUR 4), not of US$", "from $5_000 to the end of A$", "$AAPL and $MSFT", "\\$x\\$"])("amounts are none: %s", (text) => {
  expect(tex(text)).toEqual([]);
  expect(withoutMath(text, false).text).toBe(text);
});

test.each([
  ["Let $x$ be it.", ["x"]],
  ["$n + 1$, $a_1$ and $g = \\frac{b-a}{a}$ at $5 and $6.", ["n + 1", "a_1", "g = \\frac{b-a}{a}"]],
  ["It cost $5, where $2x + 3y = 5$.", ["2x + 3y = 5"]],
  ["$\\text{net margin} = 5\\%$ ($ROE = NI / E$)", ["\\text{net margin} = 5\\%", "ROE = NI / E"]],
])("what is clearly a formula may stand between single dollar signs: %s", (text, found) => {
  expect(tex(text)).toEqual(found);
  expect(withoutMath(text, false).formulas.some((one) => one.isDisplay)).toBe(false);
});

test("of what is being written a formula is held back, an amount is not", () => {
  expect(withoutMath("So $g = \\frac{1}", true).text).toBe("So ");
  expect(withoutMath("It cost $5 mill", true).text).toBe("It cost $5 mill");
});

test("code is left alone, and so is what has no end", () => {
  expect(tex("`\\(a\\)` and\n```\n\\[b\\]\n```\n")).toEqual([]);
  expect(tex("open \\(a and\n\nno end \\)")).toEqual([]);
  expect(withoutMath("So \\(a^2", true).text).toBe("So ");
  expect(withoutMath("So \\(a^2", false).text).toBe("So \\(a^2");
});

test("citations within a formula stand behind it, and an untraced number marks it whole", () => {
  const { text, formulas } = withoutMath("It is \\(a = \uf8fd5\uf8fe\ue000\\).", false);
  expect(formulas).toEqual([{ tex: "a = 5", isDisplay: false }]);
  expect(text).toBe("It is \uf8fd\uf800\uf8fe\ue000.");
});

test("before it is drawn a formula shows its source, and never markup of its own", () => {
  const html = renderToStaticMarkup(<Markdown source={"So \\(a<b>\\href{javascript:x}{y}\\)."} streaming={false} />);
  expect(html).toContain("a&lt;b&gt;");
  expect(html).not.toContain("<b>");
});

test("hostile text takes time that grows with it", () => {
  for (const piece of ["\\(", "$$", "$a ", "$1=", "$aa ", "`", "\\[a\n\n", "```"]) withoutMath(piece.repeat(20_000), false);
}, 5000);
