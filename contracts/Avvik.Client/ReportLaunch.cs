using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>
/// What a health record knows of what its user is about to report: nothing of the patient, and no text. The workbench's form begins with it, as a SMART app
/// begins with the context that the record launched it with.
/// </summary>
public sealed record LaunchContext
{
    /// <summary>Under which the record will ask for the deviation, at most 100 characters; that of the form when it is missing.</summary>
    public string? ClientReference { get; init; }
    /// <summary>The party that is to answer.</summary>
    [Required]
    public Respondent? Respondent { get; init; }
    /// <summary>Code of <c>kinds</c>.</summary>
    [Code("kinds")]
    public string? Kind { get; init; }
    /// <summary>The encounter's date (Norwegian local).</summary>
    public string? OccurredAt { get; init; }
    /// <summary>Unit of the reporting party, where the encounter was.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary>Municipality where the patient stays, four digits.</summary>
    public string? PatientMunicipality { get; init; }
    /// <summary>Code of <c>categories</c>.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>Code of <c>messageTypes</c>.</summary>
    [Code("messageTypes")]
    public string? AffectedMessage { get; init; }
    /// <summary>Id of the electronic message concerned, at most 100 characters.</summary>
    public string? MessageId { get; init; }
    /// <summary>Code of <c>differences</c>.</summary>
    [Code("differences")]
    public string? Difference { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    [Code("patientGroups")]
    public IReadOnlyList<string>? PatientGroups { get; init; }
}

/// <summary>A context, sealed.</summary>
/// <param name="Launch">The context, readable by Avvik alone.</param>
/// <param name="Path">Of the form that begins with it, at the workbench's address: what the record opens in a browser.</param>
/// <param name="ExpiresAt">Afterwards the form begins empty.</param>
public sealed record ReportLaunch(string Launch, string Path, DateTimeOffset ExpiresAt);

/// <summary>Asks for the context of a launch.</summary>
public sealed record OpenLaunch
{
    /// <summary><see cref="ReportLaunch.Launch"/>.</summary>
    [Required]
    public string? Launch { get; init; }
}
