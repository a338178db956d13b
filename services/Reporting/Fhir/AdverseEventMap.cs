using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Hl7.Fhir.Model;
using static Hl7.Fhir.Model.AdverseEvent;

namespace Avvik.Reporting.Fhir;

/// <summary>A submission as an AdverseEvent, and back: member by member, so that the same deviation is the same in either form.</summary>
internal static class AdverseEventMap
{
    private const string Root = "AdverseEvent";

    // Reasons for which there is no patient (http://hl7.org/fhir/StructureDefinition/data-absent-reason).
    private const string NotApplicable = "not-applicable", Masked = "masked", Unknown = "unknown";

    /// <summary>The submission; what it cannot hold is an error at its element.</summary>
    public static Submission Read(AdverseEvent e, ElementReader reader, Caller caller)
    {
        if (e.Text is { Status: Narrative.NarrativeStatus.Additional } text) reader.Fail(text, FieldCodes.NotSupported);
        foreach (var sent in e.Extension)
            if (Extensions.OfServer.Contains(sent.Url ?? ""))
            {
                reader.Skip(sent);
                reader.Fail(sent, FieldCodes.ReadOnly);
            }
        if (e.RecordedDateElement is { } recorded)
        {
            reader.Skip(recorded);
            reader.Leaf(recorded);
            reader.Fail(recorded, FieldCodes.ReadOnly);
        }
        var submission = new Submission
        {
            ClientReference = reader.Identifier(e.Identifier, FhirSystems.ClientReference, "/clientReference", $"{Root}.identifier.value"),
            Kind = reader.Code(e.Event, FhirSystems.CodeSystem("kinds"), "/kind", $"{Root}.event.coding"),
            OccurredAt = reader.Text(e.DateElement, "/occurredAt", $"{Root}.date"),
            DiscoveredAt = reader.Text(e.DetectedElement, "/discoveredAt", $"{Root}.detected"),
            Respondent = ReadRespondent(e, reader),
            ReportingUnit = reader.Text(reader.Value<Code>(reader.Extension(e, Extensions.ReportingUnit.Url)), "/reportingUnit", $"{Root}.extension"),
            PatientMunicipality = ReadCoding(e, reader, Extensions.PatientMunicipality, FhirSystems.Municipality, "/patientMunicipality"),
            Narrative = reader.Text(e.Event?.TextElement, "/narrative", $"{Root}.event.text"),
            Category = reader.Code(e.Category.FirstOrDefault(), FhirSystems.CodeSystem("categories"), "/category", $"{Root}.category"),
            Clause = ReadCoding(e, reader, Extensions.AgreementClause, null, "/clause"),
            PatientGroups = ReadGroups(e, reader),
            ActualHarm = ReadHarm(e, reader),
            PatientsAffected = reader.Number(reader.Value<PositiveInt>(reader.Extension(e, Extensions.PatientsAffected.Url)), "/patientsAffected",
                $"{Root}.extension"),
            PotentialHarm = ReadCoding(e, reader, Extensions.PotentialHarm, null, "/potentialHarm"),
            Likelihood = ReadCoding(e, reader, Extensions.Likelihood, null, "/likelihood"),
            ImmediateAction = ReadText(e, reader, Extensions.ImmediateAction, "/immediateAction"),
            SuggestedMeasure = ReadText(e, reader, Extensions.SuggestedMeasure, "/suggestedMeasure"),
            Reporter = ReadReporter(e, reader, caller),
            Patient = ReadPatient(e.Subject, reader),
        };
        var message = reader.Extension(e, Extensions.AffectedMessage.Url);
        submission = submission with
        {
            AffectedMessage = ReadPart(message, reader, "type", "messageTypes", "/affectedMessage"),
            MessageId = reader.Text(reader.Value<FhirString>(reader.Extension(message, "id")), "/messageId", $"{Root}.extension"),
            Difference = ReadPart(message, reader, "difference", "differences", "/difference"),
        };
        reader.Leaf(e.ActualityElement);
        if (e.ActualityElement is { } actuality && submission.Kind is { } kind && Vocabulary.Kinds.ContainsKey(kind) && e.Actuality != ActualityOf(kind))
            reader.Fail(actuality, FieldCodes.Inconsistent);
        reader.ReportUnread();
        return submission;
    }

    /// <summary>The deviation as the caller sees it; its category, clause and harm are what they are judged to be now.</summary>
    public static AdverseEvent Write(Deviation d, int version, DateTimeOffset changedAt)
    {
        var e = Write(d.Submission with
        {
            Category = d.Category,
            Clause = d.Agreement is null ? d.Submission.Clause : d.Agreement.Clause,
            ActualHarm = d.ActualHarm,
            PatientsAffected = d.PatientsAffected is > 1 ? d.PatientsAffected : d.Submission.PatientsAffected,
            Respondent = (d.Submission.Respondent ?? new()) with { OrganizationNumber = d.RespondentOrganization },
        }, d.ReporterOrganization);
        e.Id = d.Id.ToString();
        e.Meta = new()
        {
            VersionId = version.ToString(CultureInfo.InvariantCulture),
            LastUpdated = changedAt.ToUniversalTime(),
            Profile = [Profiles.AdverseEventUrl],
        };
        e.RecordedDateElement = new FhirDateTime(d.ReceivedAt.ToUniversalTime());
        // The patient is never given back, in any form.
        e.Subject = Absent(d.HasPatient ? Masked : NotApplicable);
        e.Extension.Add(new(Extensions.Reference.Url, new Identifier(FhirSystems.Reference, d.Reference)));
        if (Vocabulary.CaseStates.ContainsKey(d.State)) Add(e, Extensions.State, d.State);
        return e;
    }

    /// <summary>The submission as a client sends it.</summary>
    public static AdverseEvent Write(Submission s, string? reporter)
    {
        var e = new AdverseEvent
        {
            Identifier = s.ClientReference is null ? null : new(FhirSystems.ClientReference, s.ClientReference),
            Actuality = ActualityOf(s.Kind),
            Event = new() { Coding = s.Kind is null ? [] : [Coding("kinds", s.Kind)], Text = s.Narrative },
            DateElement = Moment(s.OccurredAt),
            DetectedElement = Moment(s.DiscoveredAt),
            Category = s.Category is null ? [] : [new() { Coding = [Coding("categories", s.Category)] }],
            Seriousness = s.ActualHarm is null ? null : new() { Coding = [Coding("harm", s.ActualHarm)] },
            Severity = SeverityOf(s.ActualHarm) is { } severity
                ? new(FhirSystems.Severity, severity) : null,
            Subject = s.Patient is { IdentifierType: { } type, Identifier: { } number }
                ? new() { Type = "Patient", Identifier = new(FhirSystems.PatientIdentifierSystem(type), number) } : Absent(NotApplicable),
        };
        if (s.Respondent is { } respondent)
        {
            var party = new Extension { Url = Extensions.Respondent.Url };
            if (respondent.OrganizationNumber is { } organization) party.Extension.Add(new("organization", Provenances.OrganizationOf(organization)));
            if (respondent.Unit is { } unit) party.Extension.Add(new("unit", new Code(unit)));
            e.Extension.Add(party);
            if (respondent.Site is { } site)
            {
                e.Contained.Add(new Location { Id = "site", Name = site });
                e.Location = new("#site");
            }
        }
        if (s.ReportingUnit is not null) e.Extension.Add(new(Extensions.ReportingUnit.Url, new Code(s.ReportingUnit)));
        if (s.PatientMunicipality is not null)
            e.Extension.Add(new(Extensions.PatientMunicipality.Url, new Coding(FhirSystems.Municipality, s.PatientMunicipality)));
        Add(e, Extensions.AgreementClause, s.Clause);
        if (s.AffectedMessage is not null || s.MessageId is not null || s.Difference is not null)
        {
            var message = new Extension { Url = Extensions.AffectedMessage.Url };
            if (s.AffectedMessage is not null) message.Extension.Add(new("type", Coding("messageTypes", s.AffectedMessage)));
            if (s.MessageId is not null) message.Extension.Add(new("id", new FhirString(s.MessageId)));
            if (s.Difference is not null) message.Extension.Add(new("difference", Coding("differences", s.Difference)));
            e.Extension.Add(message);
        }
        foreach (var group in s.PatientGroups ?? []) Add(e, Extensions.PatientGroup, group);
        if (s.PatientsAffected is { } affected) e.Extension.Add(new(Extensions.PatientsAffected.Url, new PositiveInt(affected)));
        Add(e, Extensions.PotentialHarm, s.PotentialHarm);
        Add(e, Extensions.Likelihood, s.Likelihood);
        if (s.ImmediateAction is not null) e.Extension.Add(new(Extensions.ImmediateAction.Url, new FhirString(s.ImmediateAction)));
        if (s.SuggestedMeasure is not null) e.Extension.Add(new(Extensions.SuggestedMeasure.Url, new FhirString(s.SuggestedMeasure)));
        if (s.Reporter?.Confidential is { } confidential) e.Extension.Add(new(Extensions.ReporterConfidential.Url, new FhirBoolean(confidential)));
        if (s.Reporter?.Anonymous is { } anonymous) e.Extension.Add(new(Extensions.ReporterAnonymous.Url, new FhirBoolean(anonymous)));
        if (reporter is not null || s.Reporter is { } and not { Name: null, HprNumber: null, Profession: null }) AddRecorder(e, s.Reporter, reporter);
        return e;
    }

    private static Respondent? ReadRespondent(AdverseEvent e, ElementReader reader)
    {
        var party = reader.Extension(e, Extensions.Respondent.Url);
        Place at = party is null ? $"{Root}.extension" : new Place(party);
        reader.Place("/respondent", at);
        var site = reader.Contained<Location>(e.Location, e);
        var name = reader.Text(site?.NameElement, "/respondent/site", $"{Root}.location");
        var unit = reader.Text(reader.Value<Code>(reader.Extension(party, "unit")), "/respondent/unit", $"{Root}.extension");
        var organization = reader.Value<ResourceReference>(reader.Extension(party, "organization"));
        reader.Leaf(organization?.DisplayElement);
        var number = reader.Identifier(reader.Logical(organization, "Organization"), FhirSystems.Organization, "/respondent/organizationNumber", at);
        return party is null && name is null ? null : new() { OrganizationNumber = number, Site = name, Unit = unit };
    }

    private static Reporter? ReadReporter(AdverseEvent e, ElementReader reader, Caller caller)
    {
        var role = reader.Contained<PractitionerRole>(e.Recorder, e);
        Place place = e.Recorder is null ? $"{Root}.recorder" : new Place((Base?)role ?? e.Recorder);
        var organization = reader.Identifier(reader.Logical(role?.Organization, "Organization"), FhirSystems.Organization, "/reporter/organization", place);
        reader.Leaf(role?.Organization?.DisplayElement);
        if (organization is not null && organization != caller.Organization)
            reader.Errors.Add(reader.ExpressionOf("/reporter/organization"), FieldCodes.OtherOrganization);
        var person = new Reporter
        {
            Name = reader.Text(role?.Practitioner?.DisplayElement, "/reporter/name", place),
            HprNumber = reader.Identifier(reader.Logical(role?.Practitioner, "Practitioner"), FhirSystems.HealthPersonnel, "/reporter/hprNumber", place),
            Profession = reader.Text(role?.Code.FirstOrDefault()?.TextElement, "/reporter/profession", place),
            Confidential = reader.Flag(reader.Value<FhirBoolean>(reader.Extension(e, Extensions.ReporterConfidential.Url)), "/reporter/confidential", Root),
            Anonymous = reader.Flag(reader.Value<FhirBoolean>(reader.Extension(e, Extensions.ReporterAnonymous.Url)), "/reporter/anonymous", Root),
        };
        return person == new Reporter() ? null : person;
    }

    private static Client.Patient? ReadPatient(ResourceReference? subject, ElementReader reader)
    {
        if (subject is null) return null;
        reader.Place("/patient", new Place(subject));
        var absent = subject.Extension.FirstOrDefault(x => x.Url == FhirSystems.DataAbsentReason);
        if (absent is { Value: Code { Value: NotApplicable or Masked or Unknown } })
        {
            reader.Skip(absent);
            return null;
        }
        var identifier = reader.Logical(subject, "Patient");
        if (identifier is null)
        {
            reader.Errors.Add($"{reader.PathOf(subject)}.identifier", FieldCodes.Required);
            return null;
        }
        reader.SkipUse(identifier);
        reader.Leaf(identifier.SystemElement);
        var type = FhirSystems.PatientIdentifierType(identifier.System);
        if (identifier.System is null) reader.Errors.Add($"{reader.PathOf(identifier)}.system", FieldCodes.Required);
        else if (type is null) reader.Fail(identifier.SystemElement!, FieldCodes.UnknownSystem);
        reader.Place("/patient/identifierType", new Place(identifier, ".system"));
        var number = reader.Text(identifier.ValueElement, "/patient/identifier", new(identifier, ".value"));
        // Without a known system there is no type that the number could be of: the system's error says it all.
        return type is null ? null : new() { IdentifierType = type, Identifier = number };
    }

    // Our own scale is exact; R4's severity has three of its degrees.
    private static string? ReadHarm(AdverseEvent e, ElementReader reader)
    {
        var harm = reader.Code(e.Seriousness, FhirSystems.CodeSystem("harm"), "/actualHarm", $"{Root}.seriousness");
        var severity = reader.Code(e.Severity, FhirSystems.Severity, "/actualHarm", $"{Root}.severity");
        if (severity is not null and not ("mild" or "moderate" or "severe")) reader.Fail(e.Severity!.Coding[0].CodeElement!, FieldCodes.UnknownCode);
        else if (severity is not null && harm is not null && SeverityOf(harm) != severity) reader.Fail(e.Severity!, FieldCodes.Inconsistent);
        if (harm is not null) reader.Place("/actualHarm", new Place(e.Seriousness!.Coding[0].CodeElement));
        return harm ?? severity;
    }

    private static IReadOnlyList<string>? ReadGroups(AdverseEvent e, ElementReader reader)
    {
        var groups = reader.Extensions(e, Extensions.PatientGroup.Url)
            .Select((x, i) => reader.Code(reader.Value<Coding>(x), FhirSystems.CodeSystem("patientGroups"), $"/patientGroups/{i}", new Place(x)))
            .OfType<string>().ToList();
        reader.Place("/patientGroups", $"{Root}.extension");
        return groups.Count == 0 ? null : groups;
    }

    private static string? ReadCoding(AdverseEvent e, ElementReader reader, ExtensionType type, string? system, string pointer) =>
        reader.Code(reader.Value<Coding>(reader.Extension(e, type.Url)), system ?? FhirSystems.CodeSystem(type.List!), pointer, $"{Root}.extension");

    private static string? ReadPart(Extension? whole, ElementReader reader, string part, string list, string pointer) =>
        reader.Code(reader.Value<Coding>(reader.Extension(whole, part)), FhirSystems.CodeSystem(list), pointer, $"{Root}.extension");

    private static string? ReadText(AdverseEvent e, ElementReader reader, ExtensionType type, string pointer) =>
        reader.Text(reader.Value<FhirString>(reader.Extension(e, type.Url)), pointer, $"{Root}.extension");

    private static void AddRecorder(AdverseEvent e, Reporter? person, string? organization)
    {
        e.Contained.Add(new PractitionerRole
        {
            Id = "recorder",
            Practitioner = person is { Name: not null } or { HprNumber: not null }
                ? new() { Display = person.Name, Identifier = person.HprNumber is null ? null : new(FhirSystems.HealthPersonnel, person.HprNumber) } : null,
            Organization = organization is null ? null : Provenances.OrganizationOf(organization),
            Code = person?.Profession is null ? [] : [new() { Text = person.Profession }],
        });
        e.Recorder = new("#recorder");
    }

    private static ResourceReference Absent(string reason) => new() { Extension = [new(FhirSystems.DataAbsentReason, new Code(reason))] };

    private static void Add(AdverseEvent e, ExtensionType type, string? code)
    {
        if (code is not null) e.Extension.Add(new(type.Url, Coding(type.List!, code)));
    }

    private static Coding Coding(string list, string code) => new(FhirSystems.CodeSystem(list), code, Words.Of(list, code));

    private static FhirDateTime? Moment(string? text)
    {
        if (text is null || FhirDateTime.IsValidValue(text)) return text is null ? null : new(text);
        return LocalMoment.Read(text) is { At: { } at } ? new(at) : null;
    }

    private static AdverseEventActuality? ActualityOf(string? kind) => kind switch
    {
        null => null,
        "nearMiss" or "risk" => AdverseEventActuality.Potential,
        _ => AdverseEventActuality.Actual,
    };

    private static string? SeverityOf(string? harm) => harm switch
    {
        "mild" or "moderate" or "severe" => harm,
        "death" => "severe",
        _ => null,
    };
}
