using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Reporting.Deviations;

namespace Avvik.Reporting.NationalReport;

/// <summary>A deviation as melde.no's report of a serious event (version 2 of its API; names and limits are its own).</summary>
internal static class NationalReportDocument
{
    public const int LongestName = 150, LongestPhone = 50, LongestPosition = 100;
    private const int LongestDescription = 30_000, LongestOrganization = 250, LongestMunicipality = 64, LongestReference = 100;
    public static readonly string[] Roles = ["Manager", "Treator", "OtherEmployee", "Other"];

    /// <summary>What the report has, in the order in which people read it, with melde.no's limits.</summary>
    public static IReadOnlyList<NationalReportField> Fields { get; } =
    [
        new("/Header/ExternalCaseId", LongestReference, Required: true),
        new("/Header/Incident/IncidentDescription", LongestDescription, Required: true), new("/Header/Incident/IncidentDate", null, Required: false),
        .. OrganizationFields("/Header/Reporter/Organization"), .. OrganizationFields("/Header/Reporter/IncidentOrganization"),
        new("/Header/Patient/Nin", 11, Required: false),
        new("/Header/Reporter/Name", LongestName, Required: true), new("/Header/Reporter/Phone", LongestPhone, Required: true),
        new("/Header/Reporter/Position", LongestPosition, Required: true), new("/Header/Reporter/Role", null, Required: false),
    ];

    /// <summary>All that the case says, without the patient.</summary>
    /// <param name="d">The deviation, opened.</param>
    /// <param name="sender">The party that reports.</param>
    /// <param name="unit">The sender's unit; null when none is known.</param>
    /// <param name="respondent">Where it happened.</param>
    public static JsonObject Of(DeviationRecord d, Party sender, string? unit, Party respondent) => new()
    {
        ["Header"] = new JsonObject
        {
            ["ExternalCaseId"] = d.Reference,
            ["Reporter"] = new JsonObject
            {
                ["Organization"] = Organization(sender, unit is null ? null : sender.Unit(unit)?.Name, null, d.Reference),
                ["IncidentOrganization"] = Organization(respondent, d.Unit is null ? null : respondent.Unit(d.Unit)?.Name, d.Sent.Respondent?.Site, null),
            },
            ["Incident"] = new JsonObject
            {
                ["IncidentDescription"] = Limited(string.Join("\n\n",
                    new[] { d.Sent.Narrative, d.Sent.ImmediateAction }.Where(t => !string.IsNullOrWhiteSpace(t))), LongestDescription),
                ["IncidentDate"] = $"{LocalMoment.Read(d.Sent.OccurredAt)!.Value.Day:yyyy-MM-dd}",
            },
            ["ReportAreas"] = new JsonObject { ["SeriousIncident"] = true },
        },
        ["Report"] = new JsonObject
        {
            ["SeriousIncident"] = new JsonObject { ["AdditionalInfo"] = new JsonObject { ["SendToHtil"] = true, ["SendToUkom"] = true } },
        },
    };

    /// <summary>The document with who reports and, if there is one, the patient: what leaves for melde.no, and is kept nowhere.</summary>
    public static JsonObject Complete(JsonObject document, SendNationalReport by, Guid message, Patient? patient)
    {
        var header = document["Header"]!.AsObject();
        header["ExternalMessageId"] = message.ToString();
        var reporter = header["Reporter"]!.AsObject();
        (reporter["Name"], reporter["Phone"], reporter["Position"], reporter["Role"]) = (by.Name, by.Phone, by.Position, by.Role ?? "OtherEmployee");
        if (patient is not null) header["Patient"] = new JsonObject { ["Nin"] = patient.Identifier };
        return document;
    }

    private static NationalReportField[] OrganizationFields(string at) =>
    [
        new($"{at}/OrgNumber", 9, Required: true), new($"{at}/Name", LongestOrganization, Required: false),
        new($"{at}/Municipality", LongestMunicipality, Required: false), new($"{at}/Institution", LongestOrganization, Required: false),
        new($"{at}/Department", LongestOrganization, Required: false),
    ];

    private static JsonObject Organization(Party party, string? department, string? institution, string? reference)
    {
        var organization = new JsonObject { ["OrgNumber"] = party.OrganizationNumber, ["Name"] = Limited(party.Name, LongestOrganization) };
        if (party.MunicipalityNumber is not null) organization["Municipality"] = Limited(party.Name, LongestMunicipality);
        if (institution is not null) organization["Institution"] = Limited(institution, LongestOrganization);
        if (department is not null) organization["Department"] = Limited(department, LongestOrganization);
        if (reference is not null) organization["LocalReferenceNumber"] = reference;
        return organization;
    }

    private static string Limited(string text, int most) => text.Length <= most ? text : text[..most];
}
