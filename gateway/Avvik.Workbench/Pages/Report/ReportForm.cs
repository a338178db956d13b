using Avvik.Client;
using Avvik.Workbench.Components;

namespace Avvik.Workbench.Pages.Report;

/// <summary>What one fills in. Four things are asked for; the rest is folded away.</summary>
public sealed class ReportForm
{
    /// <summary>Given when the page is made: sending the same form twice gives the same receipt.</summary>
    public string ClientReference { get; set; } = Guid.CreateVersion7().ToString();
    public string? OccurredOn { get; set; }
    /// <summary>Who it concerns: an organisation number, or one with a place (<c>983971709|SI Elverum</c>).</summary>
    public string? Party { get; set; }
    public string? Kind { get; set; }
    public string? Narrative { get; set; }
    public string? Category { get; set; }
    public string? AffectedMessage { get; set; }
    public string? Difference { get; set; }
    public List<string> PatientGroups { get; set; } = [];
    /// <summary>Known to the health record that opened the form, and not asked for.</summary>
    public string? MessageId { get; set; }
    /// <summary>Known to the health record that opened the form, and not asked for.</summary>
    public string? PatientMunicipality { get; set; }
    /// <summary>Known to the health record that opened the form, and not asked for.</summary>
    public string? ReportingUnit { get; set; }
    /// <summary>A health record opened it: it has a draft of its own.</summary>
    public bool IsLaunched { get; set; }
    public string? ActualHarm { get; set; }
    public string? PotentialHarm { get; set; }
    public string? Likelihood { get; set; }
    public string? ImmediateAction { get; set; }
    public string? SuggestedMeasure { get; set; }
    public bool Confidential { get; set; }
    public bool Anonymous { get; set; }
    public string? PatientType { get; set; }
    public string? PatientNumber { get; set; }
    /// <summary>Several patients, one number a line.</summary>
    public string? PatientNumbers { get; set; }
    /// <summary>How many are affected, in digits.</summary>
    public string? PatientsAffected { get; set; }

    public bool IsEmpty => string.IsNullOrWhiteSpace(Narrative) && string.IsNullOrEmpty(Party);

    /// <summary>True when something under «more» has been filled in, so that it is shown.</summary>
    public bool HasMore => PatientGroups.Count > 0 || Confidential || Anonymous || Folded.Any(v => !string.IsNullOrEmpty(v));

    private IEnumerable<string?> Folded =>
        [Category, AffectedMessage, Difference, ActualHarm, PotentialHarm, Likelihood, ImmediateAction, SuggestedMeasure,
            PatientsAffected, PatientNumber, PatientNumbers];

    /// <summary>A form that begins with what a health record knows.</summary>
    public static ReportForm Of(LaunchContext context)
    {
        var form = new ReportForm
        {
            OccurredOn = context.OccurredAt is { Length: >= 10 } at ? at[..10] : null,
            Party = context.Respondent is { } party ? string.Join('|', new[] { party.OrganizationNumber, party.Site }.OfType<string>()) : null,
            Kind = context.Kind,
            Category = context.Category,
            AffectedMessage = context.AffectedMessage,
            MessageId = context.MessageId,
            Difference = context.Difference,
            PatientMunicipality = context.PatientMunicipality,
            ReportingUnit = context.ReportingUnit,
            PatientGroups = [.. context.PatientGroups ?? []],
            IsLaunched = true,
        };
        if (context.ClientReference is { } reference) form.ClientReference = reference;
        return form;
    }

    /// <summary>For the draft: the patient is never kept here.</summary>
    public ReportForm WithoutPatient()
    {
        var copy = (ReportForm)MemberwiseClone();
        (copy.PatientType, copy.PatientNumber, copy.PatientNumbers) = (null, null, null);
        return copy;
    }

    public Submission ToSubmission()
    {
        static string? Value(string? text) => text?.ReplaceLineEndings("\n").TrimToNull();
        var place = (Party ?? "").Split('|', 2);
        return new Submission
        {
            ClientReference = ClientReference,
            Kind = Value(Kind),
            OccurredAt = Value(OccurredOn),
            Respondent = new Respondent { OrganizationNumber = Value(place[0]), Site = place.Length > 1 ? Value(place[1]) : null },
            Narrative = Value(Narrative),
            Category = Value(Category),
            AffectedMessage = Value(AffectedMessage),
            MessageId = Value(MessageId),
            PatientMunicipality = Value(PatientMunicipality),
            ReportingUnit = Value(ReportingUnit),
            Difference = Value(Difference),
            PatientGroups = PatientGroups.Count == 0 ? null : PatientGroups,
            ActualHarm = Value(ActualHarm),
            PotentialHarm = Value(PotentialHarm),
            Likelihood = Value(Likelihood),
            ImmediateAction = Value(ImmediateAction),
            SuggestedMeasure = Value(SuggestedMeasure),
            Reporter = new Reporter { Confidential = Confidential ? true : null, Anonymous = Anonymous ? true : null },
            Patient = Value(PatientNumber) is { } number
                ? new Patient { IdentifierType = Value(PatientType) ?? "fnr", Identifier = number.Replace(" ", "", StringComparison.Ordinal) }
                : null,
            Patients = PatientList.Read(PatientNumbers),
            PatientsAffected = Affected,
        };
    }

    /// <summary>The number affected; null when none is given, or what is written is no number.</summary>
    public int? Affected => int.TryParse(PatientsAffected?.Replace(" ", "", StringComparison.Ordinal).Replace("\u00a0", "", StringComparison.Ordinal),
        System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}
