using Avvik.Contracts;
using Avvik.Workbench.Access;

namespace Avvik.Workbench.Browser;

/// <summary>A place in the menu.</summary>
/// <param name="Path">Its page; pages below it belong to it.</param>
/// <param name="Label">Key of its name.</param>
/// <param name="IsFor">Who has use for it. What is allowed is decided by the services.</param>
internal sealed record NavigationItem(string Path, string Label, Func<Me, bool> IsFor)
{
    /// <summary>Where the pages below it are, when that is not below itself.</summary>
    public string Below { get; init; } = Path;

    public bool Covers(string path) => path == Path || (Below.Length > 0 && path.StartsWith(Below + "/", StringComparison.Ordinal));
}

/// <summary>The menu, in the order of a working day; the first is where one starts.</summary>
internal static class Navigation
{
    private static readonly NavigationItem[] Items =
    [
        new("/report", "common.nav.report", me => me.Is(Roles.Reporter, Roles.Handler, Roles.Coordinator, Roles.UnitLeader)) { Below = "" },
        new("/report/mine", "common.nav.mine", me => me.Is(Roles.Reporter, Roles.Handler, Roles.Coordinator, Roles.UnitLeader)) { Below = "/report" },
        new("/worklist", "common.nav.worklist", me => me.Is(Roles.Handler, Roles.Coordinator, Roles.UnitLeader)),
        new("/triage", "common.nav.triage", me => me.Is(Roles.Coordinator)),
        new("/learning", "common.nav.learning",
            me => me.Is(Roles.Reporter, Roles.Handler, Roles.Coordinator, Roles.UnitLeader, Roles.LearningEditor, Roles.Ssu)),
        new("/statistics", "common.nav.statistics",
            me => me.Is(Roles.Handler, Roles.Coordinator, Roles.UnitLeader, Roles.LearningEditor, Roles.Ssu, Roles.Secretariat)),
        new("/administration", "common.nav.administration", me => me.Is(Roles.Coordinator, Roles.Admin, Roles.Auditor)),
        new("/help", "common.nav.help", _ => true),
    ];

    public static IEnumerable<NavigationItem> For(Me me) => Items.Where(i => i.IsFor(me));

    /// <summary>Where somebody starts: those who handle cases at theirs, the others at the first they have use for.</summary>
    public static string StartFor(Me me)
    {
        var mine = For(me).ToList();
        return (mine.Find(i => i.Path == "/worklist") ?? mine.FirstOrDefault())?.Path ?? "/help";
    }
}
