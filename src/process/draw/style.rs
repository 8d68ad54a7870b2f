/// Colours by name, for a light and a dark ground.
const COLOURS: [(&str, &str, &str); 15] = [
    ("paper", "#ffffff", "#1a1d21"),
    ("ink", "#22242a", "#e4e6ea"),
    ("soft", "#6b7079", "#9aa2ac"),
    ("covered", "#0f7a45", "#5fd08f"),
    ("covered-fill", "#e3f5ea", "#143524"),
    ("partly", "#9a5b00", "#f0b44c"),
    ("partly-fill", "#fdf1dc", "#3a2c12"),
    ("uncovered", "#c02a1d", "#ff8a7a"),
    ("uncovered-fill", "#ffffff", "#1a1d21"),
    ("infeasible", "#8a8f98", "#757c86"),
    ("infeasible-fill", "#f1f1f0", "#24282d"),
    ("added", "#0f7a45", "#5fd08f"),
    ("removed", "#c02a1d", "#ff8a7a"),
    ("changed", "#2257b8", "#8ab8ff"),
    ("changed-fill", "#e8effc", "#1b2a44"),
];

/// What applies everywhere. `@name` is a colour.
const RULES: &str = "\
.bpmn text{font-family:Arial,Helvetica,'Liberation Sans',sans-serif;fill:@ink}
.bpmn .ground{fill:@paper}
.bpmn .body{fill:@paper;stroke:@ink;stroke-width:2}
.bpmn .thin{stroke-width:1.5}
.bpmn .thick{stroke-width:4}
.bpmn .band{fill:none;stroke:@ink;stroke-width:1.5}
.bpmn .dashed{stroke-dasharray:5 3.5}
.bpmn .dotted{stroke-dasharray:1 4;stroke-linecap:round}
.bpmn .framed{fill:none;stroke-width:1.5;stroke-dasharray:8 4 1 4;stroke-linecap:round}
.bpmn .line{fill:none;stroke:@ink;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
.bpmn .bold{stroke-width:3.5;stroke-linecap:butt}
.bpmn .ring{stroke-width:2.5}
.bpmn .swung{stroke-width:2.2}
.bpmn .hollow{fill:@paper;stroke:@ink;stroke-width:1.3;stroke-linejoin:round}
.bpmn .solid{fill:@ink;stroke:@ink;stroke-width:1;stroke-linejoin:round}
.bpmn .etched{fill:none;stroke:@paper;stroke-width:1.5;stroke-linejoin:round}
.bpmn .flow{fill:none;stroke:@ink;stroke-linejoin:round}
.bpmn .message .flow{stroke-dasharray:7 5}
.bpmn .association .flow,.bpmn .data .flow{stroke:@soft;stroke-dasharray:1 4;stroke-linecap:round}
.bpmn .association .line,.bpmn .data .line{stroke:@soft}
.bpmn .tip{fill:@ink;stroke:none}
.bpmn .hit{fill:none;stroke:transparent;stroke-width:12;pointer-events:stroke}
.bpmn .name{stroke:@paper;stroke-width:3;paint-order:stroke;stroke-linejoin:round}
.bpmn .hatch{fill:none;stroke-width:1;stroke-opacity:.45}
.bpmn .heading{font-weight:bold}
";

/// What the elements of a state look like: `@` is the state. Dashes of flows and patterns differ as colours do.
const PAINTED: &str = "\
.bpmn [data-state=@]>.body,.bpmn [data-state=@]>.band,.bpmn [data-state=@]>.flow,.bpmn [data-state=@]>.hatch{stroke:@@}
.bpmn [data-state=@]>.tip{fill:@@}
.bpmn [data-state=@]>.flow{stroke-dasharray:$dash}
.bpmn [data-state=@]>.filled{fill:@@-fill}
";

/// The states, whose fill they have, and the dashes of their flows.
const STATES: [(&str, &str, &str); 7] = [
    ("covered", "covered", "none"),
    ("partly", "partly", "10 3"),
    ("uncovered", "uncovered", "3 3"),
    ("infeasible", "infeasible", "1 4"),
    ("added", "covered", "12 3 3 3"),
    ("removed", "uncovered", "5 5"),
    ("changed", "changed", "8 3 2 3 2 3"),
];

/// The style sheet. Colours follow the reader's choice of light or dark, or that of a page around with `data-theme`.
pub(super) fn sheet() -> String {
    let colours = |dark: bool| {
        let all = COLOURS.map(|(name, light, black)| format!("--bpmn-{name}:{};", if dark { black } else { light }));
        all.concat()
    };
    let mut sheet = format!(
        ".bpmn{{{}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]) .bpmn,.bpmn:root{{{dark}}}}}\n\
         [data-theme=dark] .bpmn{{{dark}}}\n",
        colours(false),
        dark = colours(true),
    );
    sheet += &coloured(RULES);
    for (state, fill, dash) in STATES {
        let rules = PAINTED.replace("@@-fill", &format!("\u{1}{fill}-fill")).replace("@@", &format!("\u{1}{state}"));
        let rules = rules.replace('@', state).replace('\u{1}', "@").replace("$dash", dash);
        sheet += &coloured(&rules);
    }
    sheet
}

/// Puts a plain colour before each variable one, for programs that know no variables.
fn coloured(rules: &str) -> String {
    let mut out = String::new();
    let mut rest = rules;
    while let Some(at) = rest.find('@') {
        let property = rest[..at].rfind(['{', ';']).map_or(0, |before| before + 1);
        let name: String = rest[at + 1..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        let light = COLOURS.iter().find(|(known, ..)| *known == name).map_or("", |(_, light, _)| light);
        let property = &rest[property..at];
        out += &rest[..at];
        out += &format!("{light};{property}var(--bpmn-{name})");
        rest = &rest[at + 1 + name.len()..];
    }
    out + rest
}
