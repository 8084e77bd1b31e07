/// What makes the page look and renew itself.
extension StatusPage {
    static let style = """
        :root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;
          --ground:#fff;--ink:#1c1c1e;--quiet:#5c5c66;--line:#d8d8de;
          --bad:#b3261e;--warn:#a04a00;--good:#1b7f3b;--grey:#5f5f68;--hot:#b3261e}
        @media (prefers-color-scheme:dark){:root{--ground:#16161a;--ink:#e8e8ec;--quiet:#a2a2ad;--line:#36363e;--hot:#ff8a80}}
        body{max-width:86rem;margin:0 auto;padding:1rem 1.5rem;background:var(--ground);color:var(--ink)}
        header{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 2rem}
        h1{margin:0;font-size:1.1rem}
        nav a{margin-right:1rem;color:inherit}
        h2{margin:.75rem 0 0;padding-left:.75rem;border-left:.4rem solid var(--grey);font-size:1.5rem;line-height:1.4}
        h2.healthy{border-color:var(--good)}
        h2.trouble{border-color:var(--bad)}
        #sample{margin:.25rem 0 1rem}
        #sample,.none,small,footer,th,summary{color:var(--quiet)}
        #sample strong{color:var(--ink);background:none;border-bottom:3px solid var(--bad)}
        .stale .wide{opacity:.45}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.5rem .45rem;border-top:1px solid var(--line);vertical-align:top}
        th{border-top:0;font-size:.8rem;font-weight:600;line-height:1.25;vertical-align:bottom}
        td.port{font-weight:600}
        td.n b{color:var(--hot)}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        td.n,.badge{white-space:nowrap}
        .why td{border-top:0;padding-top:0}
        .why p{margin:0 0 .3rem;max-width:60rem}
        .badge{display:inline-block;margin:0 0 .2rem;padding:0 .6rem;border-radius:1rem;background:var(--bad);color:#fff;
          font-size:.9rem}
        .badge.healthy{background:var(--good)}
        .badge.unknown{background:var(--grey)}
        .badge.close_wait_accumulating,.badge.backlogged,.badge.slow_consumers,.badge.drifting{background:var(--warn)}
        details{margin-top:1.5rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
        dd{margin:0}
        @media (max-width:56rem){
          body{padding:.75rem}
          table,tbody,tr,td{display:block}
          tr{padding:.5rem 0 .25rem;border-top:1px solid var(--line)}
          tr.why{border-top:0;padding-top:0}
          td{border:0;padding:.1rem 0}
          td.n{display:inline-block;margin-right:1.2rem;text-align:left}
          td.n::before{content:attr(data-name) " ";color:var(--quiet);font-size:.8rem}
          thead,tr.why td:empty,td.n.none{display:none}
          dl{display:block}
          dd{margin-bottom:.4rem}
        }
        footer{margin-top:1.5rem;font-size:.85rem}
        """

    /// Fetches the page again and takes its middle, and nothing else: the policy would complain about a second style.
    /// When that fails, what stands there is old, and has to look so.
    static let script = #"""
        let answered = new Date();
        async function renew() {
          try {
            const answer = await fetch(location.href, { signal: AbortSignal.timeout(5000) });
            if (!answer.ok) throw new Error(answer.status);
            const middle = /<main[^]*<\/main>/.exec(await answer.text())[0];
            const main = new DOMParser().parseFromString(middle, "text/html").querySelector("main");
            document.querySelector("main").replaceWith(main);
            document.title = main.dataset.title;
            answered = new Date();
          } catch {
            const main = document.querySelector("main");
            main.className = "stale";
            main.querySelector("h2").className = "unknown";
            main.querySelector("h2").textContent = "The agent does not answer";
            document.querySelector("#sample").textContent = `What is below is from ${answered.toLocaleTimeString()}.`;
            document.title = "(?) sse-sockwatch";
          }
          setTimeout(renew, 2000);
        }
        setTimeout(renew, 2000);
        """#
}
