using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>
/// The report of a serious event to Statens helsetilsyn and Ukom (helsetilsynsloven § 6, Ukom-loven § 7), as melde.no's API takes it, filled in with what is
/// known. Each party has a duty of its own, so it is the report of the caller's.
/// </summary>
/// <param name="Document">The request of <c>POST /api/v2/report/adverse-incident</c> without the patient, who is added when it is sent.</param>
/// <param name="Fields">What the report has, with melde.no's limits; what <c>document</c> does not hold is said when it is sent, or filled in there.</param>
/// <param name="HasPatient">The patient will be added from the sealed envelope.</param>
/// <param name="CanSend">This installation is connected to melde.no; otherwise the document is for whoever fills in the form there.</param>
/// <param name="MaySend">The caller may open the patient's envelope for it, or there is none.</param>
/// <param name="Sent">What the caller's party has sent; null when it has not.</param>
public sealed record NationalReportDraft(JsonElement Document, IReadOnlyList<NationalReportField> Fields, bool HasPatient, bool CanSend, bool MaySend,
    SentNationalReport? Sent);

/// <summary>A field of the report.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the document.</param>
/// <param name="MaxLength">In characters; null: a code or a day.</param>
/// <param name="Required">melde.no demands it of a serious event.</param>
public sealed record NationalReportField(string Pointer, int? MaxLength, bool Required);

/// <summary>Sends the report. What melde.no demands of a serious event and the case does not hold.</summary>
public sealed record SendNationalReport
{
    /// <summary>Name of whoever reports, at most 150 characters.</summary>
    [Required, HoldsName]
    public string? Name { get; init; }
    /// <summary>Where they can be called, at most 50 characters.</summary>
    [Required, HoldsIdentity]
    public string? Phone { get; init; }
    /// <summary>Their position, at most 100 characters.</summary>
    [Required]
    public string? Position { get; init; }
    /// <summary><c>Manager</c>, <c>Treator</c>, <c>OtherEmployee</c> (when it is missing) or <c>Other</c>: melde.no's own codes.</summary>
    public string? Role { get; init; }
}

/// <summary>melde.no's receipt.</summary>
/// <param name="Reference">melde.no's reference for people: the one that «varslet?» asks for.</param>
/// <param name="Recipients">Who received it.</param>
/// <param name="SentAt">When.</param>
public sealed record SentNationalReport(string Reference, IReadOnlyList<string> Recipients, DateTimeOffset SentAt);
