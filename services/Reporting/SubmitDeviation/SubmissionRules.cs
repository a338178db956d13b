using System.Collections.Frozen;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using Avvik.CareDirectories;

namespace Avvik.Reporting.SubmitDeviation;

/// <summary>Checks a submission, and derives its facts: parties, direction, community, agreement.</summary>
internal sealed class SubmissionRules(CurrentDirectory directory, TimeProvider clock)
{
    private const int MaxNarrative = 8000;

    /// <summary>Patients in one call: their seals and events are one commit, and a body of them is far below the limit of 256 KiB.</summary>
    public const int MaxPatients = 500;

    /// <summary>The caller's party; null when the caller's organisation is none.</summary>
    public Party? Reporter(Caller caller) => directory.Now.PartyOn(caller.Organization, Today);

    /// <summary>Reports everything that is wrong.</summary>
    public void Check(Submission s, Party reporter, FieldErrors errors)
    {
        Text(s.ClientReference, "/clientReference", 100, errors, required: true);
        Code(s.Kind, "/kind", Vocabulary.Kinds, errors, required: true);
        CheckTimes(s, errors);
        CheckRespondent(s.Respondent, reporter, errors);
        if (s.ReportingUnit is not null && reporter.Unit(s.ReportingUnit) is null) errors.Add("/reportingUnit", FieldCodes.UnknownUnit);
        var occurred = LocalMoment.Read(s.OccurredAt);
        if (s.PatientMunicipality is { } number && directory.Now.MunicipalityNumber(number, occurred?.Day ?? Today) is null)
            errors.Add("/patientMunicipality", FieldCodes.InvalidMunicipality);
        Text(s.Narrative, "/narrative", MaxNarrative, errors, required: true);
        Code(s.Category, "/category", Vocabulary.Categories, errors);
        if (occurred is { Day: var day } && Respondent(s) is { } other)
            CodeLists.CheckClause(s.Clause, reporter.Community.Code, reporter.AgreementWith(other, day)?.Code, day, errors);
        else if (s.Clause is not null && !AgreementClauses.IsKnown(s.Clause)) errors.Add("/clause", FieldCodes.UnknownCode);
        if (s.Kind == Vocabulary.Praise && s.Clause is not null) errors.Add("/clause", FieldCodes.NotForPraise);
        if (s.Kind == Vocabulary.Praise && s.ActualHarm is not (null or "none" or "notReached" or "unknown"))
            errors.Add("/actualHarm", FieldCodes.NotForPraise);
        Code(s.AffectedMessage, "/affectedMessage", Vocabulary.MessageTypes, errors);
        Text(s.MessageId, "/messageId", 100, errors);
        Code(s.Difference, "/difference", Vocabulary.Differences, errors);
        CodeLists.CheckPatientGroups(s.PatientGroups, errors);
        Code(s.ActualHarm, "/actualHarm", Vocabulary.Harm, errors);
        Code(s.PotentialHarm, "/potentialHarm", Vocabulary.Harm, errors);
        Code(s.Likelihood, "/likelihood", Vocabulary.Likelihood, errors);
        Text(s.ImmediateAction, "/immediateAction", FreeText.MaxLength, errors);
        Text(s.SuggestedMeasure, "/suggestedMeasure", FreeText.MaxLength, errors);
        if (s.Reporter is { } person)
        {
            Text(person.Name, "/reporter/name", 200, errors);
            Text(person.Profession, "/reporter/profession", 100, errors);
            if (person is { Anonymous: true, Name: not null }) errors.Add("/reporter/name", FieldCodes.ContradictsOthers);
            if (person is { Anonymous: true, HprNumber: not null }) errors.Add("/reporter/hprNumber", FieldCodes.ContradictsOthers);
            if (person.HprNumber is { } hpr && (hpr.Length is < 1 or > 9 || !hpr.All(char.IsAsciiDigit)))
                errors.Add("/reporter/hprNumber", FieldCodes.InvalidHprNumber);
        }
        if (s.Patient is not null) Check(s.Patient, "/patient", errors);
        if (s is { Patient: not null, Patients: not null }) errors.Add("/patients", FieldCodes.PatientOrPatients);
        CheckPatients(s.Patients, errors);
        if (s.PatientsAffected is < 1 or > CodeLists.MaxPatientsAffected) errors.Add("/patientsAffected", FieldCodes.OutOfRange, CodeLists.MaxPatientsAffected);
        else if (s.PatientsAffected is { } affected && !errors.Any && s.AllPatients().Count is var named && affected < named)
            errors.Add("/patientsAffected", FieldCodes.FewerThanNamed, named);
    }

    /// <summary>Checks a list of patients, and says of each what is wrong with it.</summary>
    public static void CheckPatients(IReadOnlyList<Patient>? patients, FieldErrors errors)
    {
        if (patients is { Count: > MaxPatients }) errors.Add("/patients", FieldCodes.TooMany, MaxPatients);
        foreach (var (index, patient) in (patients ?? []).Take(MaxPatients).Index()) Check(patient, $"/patients/{index}", errors);
    }

    private static void Check(Patient? patient, string pointer, FieldErrors errors)
    {
        if (patient?.IdentifierType is null) errors.Add($"{pointer}/identifierType", FieldCodes.Required);
        else if (patient.IdentifierType is not ("fnr" or "dnr" or "hnr" or "fhn")) errors.Add($"{pointer}/identifierType", FieldCodes.UnknownCode);
        if (patient?.Identifier is null) errors.Add($"{pointer}/identifier", FieldCodes.Required);
        else if (!PersonNumber.IsValid(patient.Identifier, patient.IdentifierType)) errors.Add($"{pointer}/identifier", FieldCodes.InvalidIdentifier);
    }

    /// <summary>The facts of a submission that has been checked; its reference number is given when it is stored.</summary>
    public DeviationFacts Facts(Submission s, Party reporter, string reference, DateTimeOffset receivedAt)
    {
        var respondent = Respondent(s)!;
        var (occurredOn, occurredAt) = LocalMoment.Read(s.OccurredAt)!.Value;
        // Praise has no clause that it could be a breach of, and no harm.
        var isPraise = s.Kind == Vocabulary.Praise;
        // Parties of two communities share no agreement; a coordinator decides about the deviation.
        var (community, agreement) = (reporter.Community.Code, reporter.AgreementWith(respondent, occurredOn)?.Code);
        var clause = AgreementClauses.Find(community, agreement, s.Clause, occurredOn);
        return new DeviationFacts
        {
            Reference = reference,
            Community = community,
            Direction = Directions.Between(reporter, respondent),
            ReporterOrganization = reporter.OrganizationNumber,
            ReporterUnit = s.ReportingUnit,
            RespondentOrganization = respondent.OrganizationNumber,
            RespondentUnit = s.Respondent!.Unit,
            RespondentSite = respondent.Site(s.Respondent.Site)?.Site,
            Agreement = agreement,
            Kind = s.Kind!,
            OccurredOn = occurredOn,
            OccurredAt = occurredAt,
            DiscoveredAt = LocalMoment.Read(s.DiscoveredAt)?.At,
            ReceivedAt = receivedAt,
            Category = s.Category,
            Clause = isPraise ? null : clause is null ? AgreementClauses.OfCategory(community, agreement, s.Category, occurredOn) : clause.Statutory,
            LocalClause = isPraise || clause?.Number == clause?.Statutory ? null : clause?.Number,
            PatientGroups = s.PatientGroups ?? [],
            ActualHarm = isPraise ? "unknown" : s.ActualHarm ?? "unknown",
            PotentialHarm = isPraise ? null : s.PotentialHarm,
            Likelihood = isPraise ? null : s.Likelihood,
            AffectedMessage = s.AffectedMessage,
            Difference = s.Difference,
            PatientMunicipality = s.PatientMunicipality is null ? null : directory.Now.MunicipalityNumber(s.PatientMunicipality, occurredOn),
            HasPatient = s.AllPatients().Count > 0,
            PatientsGiven = s.AllPatients().Count,
            PatientsAffected = s.PatientsAffected,
            ReporterConfidential = s.Reporter is { Confidential: true } or { Anonymous: true },
        };
    }

    /// <summary>The site that was named, when the respondent has none of that name.</summary>
    public string? UnknownSite(Submission s) => s.Respondent?.Site is { } site && Respondent(s)?.Site(site) is null ? site : null;

    private DateOnly Today => NorwegianCalendar.DayOf(clock.GetUtcNow());

    /// <summary>Who is to answer: the party that is named, or whoever has taken over from it.</summary>
    private Party? Respondent(Submission s) => directory.Now.PartyOn(s.Respondent?.OrganizationNumber, Today);

    private void CheckTimes(Submission s, FieldErrors errors)
    {
        var now = clock.GetUtcNow();
        if (s.OccurredAt is null) errors.Add("/occurredAt", FieldCodes.Required);
        else LocalMoment.CheckOccurred(s.OccurredAt, now, errors);

        if (s.DiscoveredAt is null) return;
        if (LocalMoment.Read(s.DiscoveredAt) is not { At: { } discovered }) errors.Add("/discoveredAt", FieldCodes.InvalidTime);
        else if (LocalMoment.IsAhead(discovered, now)) errors.Add("/discoveredAt", FieldCodes.InFuture);
        else if (LocalMoment.Read(s.OccurredAt) is { } occurred && LocalMoment.IsBefore(discovered, occurred))
            errors.Add("/discoveredAt", FieldCodes.BeforeOccurred);
    }

    private void CheckRespondent(Respondent? respondent, Party reporter, FieldErrors errors)
    {
        if (respondent is null)
        {
            errors.Add("/respondent", FieldCodes.Required);
            return;
        }
        Text(respondent.Site, "/respondent/site", 200, errors);
        var number = respondent.OrganizationNumber;
        if (number is null) errors.Add("/respondent/organizationNumber", FieldCodes.Required);
        else if (!OrganizationNumber.IsValid(number)) errors.Add("/respondent/organizationNumber", FieldCodes.InvalidOrganizationNumber);
        else if (directory.Now.PartyOn(number, Today) is not { } party) errors.Add("/respondent/organizationNumber", FieldCodes.UnknownOrganization);
        else if (party.OrganizationNumber == reporter.OrganizationNumber) errors.Add("/respondent/organizationNumber", FieldCodes.OwnOrganization);
        else if (respondent.Unit is not null && party.Unit(respondent.Unit) is null) errors.Add("/respondent/unit", FieldCodes.UnknownUnit);
    }

    private static void Text(string? text, string pointer, int max, FieldErrors errors, bool required = false)
    {
        if (text is null)
        {
            if (required) errors.Add(pointer, FieldCodes.Required);
            return;
        }
        FreeText.Check(text, pointer, max, errors);
    }

    private static void Code<T>(string? code, string pointer, FrozenDictionary<string, T> terms, FieldErrors errors, bool required = false)
    {
        if (code is not null)
        {
            if (!terms.ContainsKey(code)) errors.Add(pointer, FieldCodes.UnknownCode);
        }
        else if (required) errors.Add(pointer, FieldCodes.Required);
    }
}
