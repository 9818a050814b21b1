#pragma once
// The style sheet of the report: light, dark, print. The drawings use its classes.

namespace ocelli::report {

inline constexpr const char* kPageStyle = R"css(
:root{color-scheme:light dark;
--bg:#fff;--card:#f5f7fa;--ink:#141a22;--muted:#5a6573;--rule:#d9dfe6;--grid:#e6eaef;
--ok:#17784a;--ok-bg:#e4f4ea;--bad:#b92b1a;--bad-bg:#fcebe8;--warn:#9a6700;
--bar:#4a7fd6;--late:#d0392b;--inject:#8d79cf;--pending:#c9a13b;--expected:#2f6fd0;--other:#8a93a1;
--nominal:#bfe3cb;--degraded:#f6cf8a;--othermode:#f2a69a;--onmode:#141a22;
--car:#2160c4;--truck:#7b3fc0;--pedestrian:#cf5f06;--cyclist:#0b857a;--unknown:#6d7683;
--fused:#35e07a;--by-lidar:#4fa3ff;--by-camera:#ffb03b;--by-radar:#b388ff;--predicted:#b9c0c9;--photo-seen:#ffe04d;
--truth:#7d8794;--ego:#141a22;--ground:#f5f7fa}
@media screen and (prefers-color-scheme:dark){:root{
--bg:#0f1318;--card:#171c23;--ink:#e6eaf0;--muted:#9aa6b5;--rule:#2c343f;--grid:#222933;
--ok:#4ccb8b;--ok-bg:#12291d;--bad:#ff7a68;--bad-bg:#331815;--warn:#e0b04c;
--bar:#5b92ec;--late:#ff6b5a;--inject:#8a76cc;--pending:#c9a13b;--expected:#5b92ec;--other:#7d8896;
--nominal:#1d4a32;--degraded:#6a4a12;--othermode:#6e2c24;--onmode:#e6eaf0;
--car:#6aa3ff;--truck:#b88cf5;--pedestrian:#ff9d4d;--cyclist:#38c7b8;--unknown:#98a2b0;
--truth:#8b96a5;--ego:#e6eaf0;--ground:#141920}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1108px;margin:0 auto;padding:28px 24px 60px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:19px;margin:44px 0 8px;padding-top:14px;border-top:1px solid var(--rule)}
h3{font-size:15px;margin:22px 0 6px}
p{margin:6px 0 10px;max-width:85ch}
.sub,.note,figcaption{color:var(--muted);font-size:13.5px}
code{font:13px ui-monospace,"DejaVu Sans Mono",monospace}
.verdict{border-left:6px solid var(--ok);background:var(--ok-bg);padding:12px 18px;margin:18px 0;border-radius:4px}
.verdict.bad{border-color:var(--bad);background:var(--bad-bg)}
.verdict strong{font-size:19px;color:var(--ok)}
.verdict.bad strong{color:var(--bad)}
.verdict ul{margin:6px 0 0;padding-left:20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:10px;margin:16px 0}
.tile{background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:10px 14px}
.tile b{display:block;font-size:21px;line-height:1.3;font-variant-numeric:tabular-nums}
.tile span{color:var(--muted);font-size:12.5px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;margin:8px 0 12px;font-variant-numeric:tabular-nums}
th,td{padding:5px 9px;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
th{color:var(--muted);font-weight:600;white-space:nowrap}
td.n,th.n{text-align:right;white-space:nowrap}
.nowrap{white-space:nowrap}
table.facts{width:auto}
.ok{color:var(--ok);font-weight:600}.bad-text{color:var(--bad);font-weight:600}.warn{color:var(--warn);font-weight:600}
.absent{background:var(--card);border:1px dashed var(--rule);border-radius:6px;padding:12px 16px;color:var(--muted)}
figure{margin:10px 0 16px;break-inside:avoid}
svg{display:block;width:100%;height:auto}
.pair{display:grid;grid-template-columns:2fr 3fr;gap:8px}
.trio{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:12px}
.quad{display:grid;grid-template-columns:repeat(auto-fit,minmax(225px,1fr));gap:12px}
.trio figure,.quad figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:8px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;color:var(--muted);font-size:13px;margin:4px 0 8px}
.legend i{display:inline-block;width:14px;height:10px;margin-right:6px;border-radius:2px}
svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
svg text.tick{fill:var(--muted);font-size:10.5px}
svg text.strong{font-weight:600}
svg text.on-mode{fill:var(--onmode)}
svg text.halo,svg text.id{paint-order:stroke;stroke:var(--card);stroke-width:3px}
svg text.id{font-size:10px;font-weight:600}
.grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--muted);stroke-width:1}
.bar{fill:var(--bar)}.bar.late,circle.late{fill:var(--late)}
.budget{stroke:var(--late);stroke-width:1.4;stroke-dasharray:5 3}
.mark{stroke:var(--ink);stroke-width:1;stroke-opacity:.7}
.course{fill:none;stroke:var(--bar);stroke-width:1.1;stroke-linejoin:round}
.injected{fill:var(--inject);fill-opacity:.22}.injection{fill:var(--inject)}
.onset{stroke:var(--ink);stroke-width:1.6}
.mode-nominal{fill:var(--nominal)}.mode-starting{fill:var(--grid)}.mode-degraded{fill:var(--degraded)}.mode-other{fill:var(--othermode)}
.fault-expected{fill:var(--expected)}.fault-other{fill:var(--other)}.fault-wrong{fill:var(--late)}.fault-pending{fill:var(--pending)}
.event-line{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 2}
.event-evidence{fill:var(--pending)}.event-detected{fill:var(--expected)}.event-mode{fill:var(--late)}
.ground{fill:var(--ground)}.ring{fill:none;stroke:var(--grid);stroke-width:1}
.ego{fill:var(--ego)}.ego-trail{fill:none;stroke:var(--ego);stroke-width:2.4}
.car{--c:var(--car)}.truck{--c:var(--truck)}.pedestrian{--c:var(--pedestrian)}.cyclist{--c:var(--cyclist)}.unknown{--c:var(--unknown)}
.box{fill:var(--c);fill-opacity:.28;stroke:var(--c);stroke-width:1.5}
.speed{stroke:var(--c);stroke-width:1.5}
.truth{fill:none;stroke:var(--ink);stroke-width:1.1;stroke-dasharray:3 2.5}.truth.faint{stroke-opacity:.4}
.truth-trail{fill:none;stroke:var(--truth);stroke-width:4;stroke-opacity:.35;stroke-linecap:round}
.truth-trail.dot{fill:var(--truth);fill-opacity:.35;stroke:none}
.trail{fill:none;stroke:var(--c);stroke-width:1.4}.trail.dot{fill:var(--c);stroke:none}
.scale-bar{stroke:var(--ink);stroke-width:2}
.photo-line{stroke-width:1.6;stroke-linecap:round}
.fused{--c:var(--fused)}.by-lidar{--c:var(--by-lidar)}.by-camera{--c:var(--by-camera)}.by-radar{--c:var(--by-radar)}.predicted{--c:var(--predicted)}.photo-seen{--c:var(--photo-seen)}
.photo-line{stroke:var(--c)}.photo-seen{fill:none;stroke-dasharray:6 4}
.photo-lane{fill:none;stroke:#ff5fd2;stroke-width:2.4;stroke-linecap:round}.photo-area{fill:#3ad06b;fill-opacity:.22;stroke:none}
svg text.photo-label{fill:#fff;font-size:12px;font-weight:600;paint-order:stroke;stroke:#000;stroke-width:3px}
@media (max-width:760px){.pair{grid-template-columns:1fr}main{padding:16px 12px}}
@media print{body{font-size:11pt}main{max-width:none;padding:0}h2{break-after:avoid}table,.tile,.verdict{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

}  // namespace ocelli::report
