//! THE action table: everything a user can ask for is one row of [`ACTIONS`].
//! Never carries anything out; keys, hints, help, palette and README read this table.

/// Which part of the screen has the keyboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Pane {
    /// Services, categories and activities.
    Tree,
    /// Records or activities.
    List,
    /// The record under the cursor.
    Detail,
    /// Records over time.
    Timeline,
}

impl Pane {
    /// All panes.
    pub const ALL: [Self; 4] = [Self::Tree, Self::List, Self::Detail, Self::Timeline];
    /// The panes Tab walks, in order.
    pub const WALK: [Self; 3] = [Self::Tree, Self::List, Self::Detail];

    /// Its name in help.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::List => "list",
            Self::Detail => "detail",
            Self::Timeline => "timeline",
        }
    }
}

/// A row of the action table.
pub struct ActionRow {
    /// Which action.
    pub action: Action,
    /// Its name in the palette and in configuration.
    pub name: &'static str,
    /// Panes in which its keys work.
    pub panes: &'static [Pane],
    /// Default keys, as [`super::keymap`] reads them.
    pub keys: &'static [&'static str],
    /// Very short, for the line of hints; empty where it is not hinted.
    pub hint: &'static str,
    /// One sentence.
    pub help: &'static str,
}

const ALL: &[Pane] = &Pane::ALL;
const PANES: &[Pane] = &Pane::WALK;
const TIMELINE: &[Pane] = &[Pane::Timeline];
const LIST_AND_DETAIL: &[Pane] = &[Pane::List, Pane::Detail];

macro_rules! actions {
    ($($action:ident $name:literal $panes:expr, [$($key:literal),*], $hint:literal, $help:literal;)*) => {
        /// Something the user can ask for. A row of the table makes it; what it does is an arm of
        /// [`super::App::perform`], without which it does not compile.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub enum Action {
            $(#[doc = concat!("What `", $name, "` does, its row says.")] $action),*
        }

        /// All actions, in the order help lists them: that of the variants.
        pub const ACTIONS: &[ActionRow] = &[$(ActionRow {
            action: Action::$action,
            name: $name,
            panes: $panes,
            keys: &[$($key),*],
            hint: $hint,
            help: $help,
        }),*];
    };
}

actions! {
    Filter "filter" ALL, ["/"], "filter", "Type a filter; the list answers with every letter.";
    Open "open" ALL, ["enter"], "open", "Open the record, unfold or fold the branch, show an activity's records, filter to a span of the timeline.";
    Back "back" ALL, ["esc"], "", "Step back one thing: close, unzoom, leave the pane, stop loading or searching.";
    NextPane "next-pane" ALL, ["tab"], "pane", "Go to the next pane.";
    PreviousPane "previous-pane" ALL, ["shift-tab"], "", "Go to the previous pane.";
    Down "down" PANES, ["j", "down"], "", "Move down; a number before it (Alt and digits) repeats.";
    Up "up" PANES, ["k", "up"], "", "Move up.";
    Left "left" ALL, ["h", "left"], "", "Tree and raw JSON: fold, or go to the branch above. List: show columns further left. Timeline: earlier.";
    Right "right" ALL, ["l", "right"], "", "Tree and raw JSON: unfold. List: show columns further right. Timeline: later.";
    First "first" ALL, ["g", "home"], "", "Go to the first line; after alt and a number, to that line.";
    Last "last" ALL, ["G", "end"], "", "Go to the last line; after alt and a number, to that line.";
    HalfPageDown "half-page-down" PANES, ["ctrl-d"], "", "Move down half a page.";
    HalfPageUp "half-page-up" PANES, ["ctrl-u"], "", "Move up half a page.";
    PageDown "page-down" PANES, ["pgdn"], "", "Move down a page.";
    PageUp "page-up" PANES, ["pgup", "ctrl-b"], "", "Move up a page.";
    Choose "choose" &[Pane::Tree], ["space"], "in/out", "Include this branch, then exclude it, then neither.";
    ClearChoice "clear-choice" ALL, ["X"], "", "Take all marks off the tree.";
    UnfoldAll "unfold-all" &[Pane::Tree, Pane::Detail], ["E"], "", "Unfold everything.";
    FoldAll "fold-all" &[Pane::Tree, Pane::Detail], ["C"], "", "Fold everything.";
    Unseen "unseen" ALL, ["u"], "", "Show or hide catalogue entries that no loaded record has.";
    FilterIn "filter-in" PANES, ["+", "="], "only this", "Narrow the filter to the focused value.";
    FilterOut "filter-out" PANES, ["-"], "without", "Filter the focused value out.";
    ClearFilter "clear-filter" PANES, ["x"], "", "Empty the filter.";
    Pivot "pivot" LIST_AND_DETAIL, ["p"], "pivot", "Go to all records that share something with this one: actor, target, operation, IP, application, role, session, time.";
    SameActor "same-actor" LIST_AND_DETAIL, ["a"], "actor", "Go to everything this actor did.";
    SameTarget "same-target" LIST_AND_DETAIL, ["o"], "target", "Go to everything about the object that was changed, on any side: as target, as actor, inside of changes and details.";
    SameOperation "same-operation" LIST_AND_DETAIL, ["c"], "operation", "Go to all records with the same correlation id.";
    SameIp "same-ip" LIST_AND_DETAIL, ["i"], "IP", "Go to everything from this IP address.";
    Around "around" LIST_AND_DETAIL, ["w"], "around", "Go to everything in the quarter of an hour before and after.";
    Views "views" ALL, ["0"], "views", "List all canned views, by the question they answer.";
    View1 "view-1" ALL, ["1"], "", "Open canned view 1: users.";
    View2 "view-2" ALL, ["2"], "", "Open canned view 2: groups.";
    View3 "view-3" ALL, ["3"], "", "Open canned view 3: applications.";
    View4 "view-4" ALL, ["4"], "", "Open canned view 4: custom security attributes.";
    View5 "view-5" ALL, ["5"], "", "Open canned view 5: Microsoft Support access.";
    View6 "view-6" ALL, ["6"], "", "Open canned view 6: entitlement management.";
    View7 "view-7" ALL, ["7"], "", "Open canned view 7: Privileged Identity Management.";
    View8 "view-8" ALL, ["8"], "", "Open canned view 8: what is rated high or critical.";
    View9 "view-9" ALL, ["9"], "", "Open canned view 9: noise: what Microsoft's own services do.";
    Noise "noise" ALL, ["H"], "noise", "Hide what Microsoft's own services do by themselves, or show it again; the first line says how much is hidden.";
    Watched "watched" ALL, ["*"], "", "Show everything about the accounts that are watched (configuration), also inside of changes and details.";
    Facets "facets" ALL, ["f"], "values", "Show the values of a field under the filter: how often, when first and last; Enter filters, - leaves out.";
    CountThere "count-there" ALL, ["W"], "", "Have a workspace count the values of a field under the filter, whatever was loaded of it: nothing is downloaded, and the box says who counted. Days are the timeline, services and activities the tree.";
    Operations "operations" LIST_AND_DETAIL, ["O"], "operations", "Put the records of one correlation id together in one line of the list, or show them apart again. The line is where the first of them would be, and shows the worst result and the highest risk.";
    UnfoldOperation "unfold-operation" &[Pane::List], ["space"], "", "List by operation: show its records in the order they happened, or fold them again.";
    Trails "trails" ALL, ["L"], "", "Find sequences that mean something together: consent, credentials, roles, guests, access packages, Support; Enter shows the records of one, the right arrow what happened meanwhile.";
    Access "access" LIST_AND_DETAIL, ["A"], "", "Show what the actor or a target of the record gained and lost, and holds as far as the log shows; who has a role, a group, an access package, and its events.";
    Timeline "timeline" ALL, ["t"], "timeline", "Go to the timeline, or back to the list.";
    ZoomIn "zoom-in" TIMELINE, ["+", "=", "up", "k"], "closer", "Timeline: look closer around the cursor, or at what is brushed.";
    ZoomOut "zoom-out" TIMELINE, ["-", "down", "j"], "wider", "Timeline: look from further away.";
    Peak "peak" TIMELINE, ["p", "n"], "peak", "Timeline: go to the highest cell; again, to the next lower one.";
    Brush "brush" TIMELINE, ["space"], "brush", "Timeline: begin to brush a span here; moving extends it, opening filters to it.";
    ClearSpan "clear-span" TIMELINE, ["x"], "clear", "Timeline: take away zoom, brush and all conditions on the time.";
    Related "related" LIST_AND_DETAIL, ["R"], "related", "Detail: show the records that belong to this one, and how unusual it is; opening one goes to it.";
    PreviousView "previous-view" ALL, ["backspace"], "back", "Go back to the view before: filter, choice in the tree, order and record.";
    NextView "next-view" ALL, ["]"], "", "Go forward again after going back.";
    View "view" ALL, ["v"], "activities", "Turn the list from records to activities and back.";
    Sort "sort" LIST_AND_DETAIL, ["s"], "sort", "Choose the order of the list.";
    Columns "columns" &[Pane::List], ["C"], "columns", "Choose the columns of the list.";
    Changes "changes" LIST_AND_DETAIL, ["d"], "", "Detail: show fields and changes, old → new.";
    Raw "raw" LIST_AND_DETAIL, ["r"], "raw", "Detail: show the original: JSON, or a row by the names of its columns; again goes back to the changes.";
    Find "find" &[Pane::Tree, Pane::Detail], ["ctrl-f"], "find", "Find text in this pane while typing.";
    FindNext "find-next" &[Pane::Tree, Pane::Detail], ["n"], "", "Go to the next place found. Detail: while nothing is searched there, the key writes a note.";
    FindPrevious "find-previous" &[Pane::Tree, Pane::Detail], ["N"], "", "Go to the previous place found.";
    Zoom "zoom" PANES, ["z"], "zoom", "Give the focused pane the whole screen, or take it back.";
    Zone "zone" ALL, ["Z"], "", "Show times in UTC or in the local zone.";
    Yank "yank" ALL, ["y"], "copy", "Copy a value, id, row, JSON or the query, also as OData, KQL or PowerShell, to your clipboard (OSC 52).";
    Mark "mark" LIST_AND_DETAIL, ["m"], "mark", "Mark the record, or take its mark off (an operation: all its records that are listed); the cursor stays; mark:yes finds the marked ones.";
    MarkRange "mark-range" &[Pane::List], ["V"], "", "Begin a range here; again marks everything from there to the cursor.";
    Note "note" LIST_AND_DETAIL, ["n"], "note", "Write a note about the record, which marks it; an empty one takes it off. Detail: not while a text is searched there; of related records the one of the line.";
    UndoMarks "undo-marks" ALL, ["U"], "", "Undo the last change of marks and notes; again, the one before.";
    Cases "cases" ALL, ["K"], "", "Take up a case: list those that were kept of the same records, the newest first.";
    Export "export" ALL, ["e"], "export", "Write the view or the marked records to a file: report, undo sheet, CSV, JSON; with pseudonyms if wanted.";
    Follow "follow" ALL, ["F"], "follow", "Look for records that arrive from now on: lines appended to files, new files, a tenant's news; again stops.";
    AskAgain "ask-again" ALL, ["B"], "", "Ask a tenant again for what the filter needs and was not loaded, such as an earlier time: shows first what would be asked. No record is listed twice.";
    Origin "origin" ALL, ["ctrl-o"], "", "Tell where the records come from: what was read, what was asked of Graph and what is evaluated here.";
    Mouse "mouse" ALL, ["M"], "", "Let the terminal have the mouse (to select text), or take it back.";
    Troubles "troubles" ALL, ["T"], "", "List what could not be read, and where.";
    Palette "palette" ALL, [":", "ctrl-p"], "", "Find any action by name; it says why one cannot be done now.";
    Help "help" ALL, ["?", "f1"], "help", "What the keys of this pane do; typing searches.";
    Quit "quit" ALL, ["q", "ctrl-c"], "quit", "Leave.";
}

impl Action {
    /// This action's row.
    pub fn row(self) -> &'static ActionRow {
        // A row makes a variant, so there are as many, in one order.
        &ACTIONS[self as usize]
    }
}
