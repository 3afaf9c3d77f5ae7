// Draws figures marked data-chart from the table inside them; the table stays.
(() => {
  "use strict";
  const number = (text) => Number(text.replace("−", "-").replace("+", "").replace("%", ""));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Rows of a table: first cell the name, then figures.
  function rows(figure) {
    return [...figure.querySelectorAll("tbody tr")].map((row) => {
      const [name, ...cells] = [...row.children].map((cell) => cell.textContent.trim());
      return { name, values: cells.map(number) };
    });
  }

  const kinds = {
    // Bars to the right and left of zero: the column named by data-column.
    shares(figure) {
      const data = rows(figure).reverse();
      const column = Number(figure.dataset.column ?? 1);
      const heads = [...figure.querySelectorAll("thead th")].map((head) => head.textContent.trim());
      return {
        grid: { left: 8, right: 40, top: 8, bottom: 28, containLabel: true },
        xAxis: { type: "value", name: heads[column + 1], nameLocation: "middle", nameGap: 24,
          nameTextStyle: { color: colour("--muted") }, axisLabel: { color: colour("--muted") },
          splitLine: { lineStyle: { color: colour("--line") } } },
        yAxis: { type: "category", data: data.map((row) => row.name), axisLabel: { color: colour("--ink") },
          axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--edge") } } },
        series: [{ type: "bar", barMaxWidth: 14, data: data.map((row) => ({ value: row.values[column],
          itemStyle: { color: colour(row.values[column] < 0 ? "--condition" : "--outcome") } })) }],
      };
    },
  };

  const drawn = [];
  function draw(figure) {
    const make = kinds[figure.dataset.chart];
    if (!make) return;
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    canvas.setAttribute("aria-hidden", "true");
    figure.prepend(canvas);
    const chart = echarts.init(canvas, null, { renderer: "canvas" });
    const paint = () => chart.setOption({
      animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, decal: { show: true } },
      tooltip: { trigger: "axis", renderMode: "richText" },
      ...make(figure),
    }, true);
    paint();
    drawn.push({ chart, paint });
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }

  // Only when it comes into view: the page is read before the chart.
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watch.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "200px" });
  for (const figure of document.querySelectorAll("[data-chart]")) watch.observe(figure);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(({ paint }) => paint()));
})();
