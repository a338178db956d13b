using Avvik.Contracts;
using Hl7.Fhir.Utility;
using Status = Hl7.Fhir.Model.Task.TaskStatus;

namespace Avvik.Fhir;

/// <summary>A case's state as a Task has it: the status is coarser, <c>businessStatus</c> is the state.</summary>
public static class TaskStates
{
    /// <summary>Code system of <c>Task.status</c>.</summary>
    public const string StatusSystem = "http://hl7.org/fhir/task-status";

    public static Status StatusOf(string state) => state switch
    {
        CaseStates.Triage or CaseStates.Routed => Status.Requested,
        CaseStates.Acknowledged => Status.Accepted,
        CaseStates.InProgress => Status.InProgress,
        CaseStates.AwaitingReporter or CaseStates.Disputed or CaseStates.Escalated => Status.OnHold,
        CaseStates.Answered or CaseStates.Closed => Status.Completed,
        CaseStates.Rejected => Status.Rejected,
        CaseStates.Withdrawn or CaseStates.Duplicate => Status.Cancelled,
        _ => Status.EnteredInError,
    };

    /// <summary>The states that a status stands for.</summary>
    public static IReadOnlyList<string> StatesOf(string status) =>
        [.. Vocabulary.CodesOf("caseStates").Where(s => EnumUtility.GetLiteral(StatusOf(s)) == status)];

    public static bool IsStatus(string code) => EnumUtility.ParseLiteral<Status>(code) is not null;

    /// <summary>The number of the organisation that a search names: <c>Organization/983971709</c>, the number, or system and number.</summary>
    public static string OwnerOf(string owner) =>
        owner.Split('|') is [FhirSystems.Organization, var value] ? value : owner.Replace("Organization/", "", StringComparison.Ordinal);
}
