using System.Globalization;
using Avvik.Contracts.Routing;

namespace Avvik.Routing.Cases;

/// <summary>Something that is to change. It lives on after the case is closed.</summary>
internal sealed class Measure
{
    public const string Planned = "planned", InProgress = "inProgress", Done = "done", EffectChecked = "effectChecked", Cancelled = "cancelled";

    /// <summary>States in which it is still to be done.</summary>
    public static readonly string[] Pending = [Planned, InProgress];

    public Guid Id { get; init; }
    public Guid CaseId { get; init; }
    public required string Description { get; set; }
    /// <summary>Unit or role, as the answer says.</summary>
    public required string Owner { get; set; }
    /// <summary>In whose list it is: the owner when that is a unit of the party, else the unit that answered.</summary>
    public required string Unit { get; set; }
    public DateOnly DueOn { get; init; }
    public string State { get; private set; } = Planned;
    public string? Note { get; private set; }
    public DateOnly? DoneOn { get; private set; }
    /// <summary>True when it has been reported as late.</summary>
    public bool Reminded { get; private set; }

    public bool IsPending => Pending.Contains(State, StringComparer.Ordinal);

    /// <summary>Allowed transitions.</summary>
    public static bool MayFollow(string state, string next) =>
        (state, next) is (Planned, InProgress) or (InProgress, Done) or (Done, EffectChecked) or (Planned or InProgress, Cancelled);

    public void TransitionTo(string state, string? note, DateOnly today)
    {
        (State, Note) = (state, note ?? Note);
        if (state == Done) DoneOn = today;
    }

    /// <summary>Replaces each text by what is left of it.</summary>
    public void Strike(Func<string, string> strike) =>
        (Description, Owner, Note) = (strike(Description), strike(Owner), Note is null ? null : strike(Note));

    public void Remind() => Reminded = true;

    public MeasureFact Fact => new(Id, State, DueOn, DoneOn);

    public Client.Measure View() => new()
    {
        Id = Id,
        Description = Description,
        Owner = Owner,
        DueDate = DueOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        State = State,
        Note = Note,
    };
}
