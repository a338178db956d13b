using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http;

namespace Avvik.Fhir;

/// <summary>What was done to a deviation or its case, as Provenance: an activity each, by whom, and on whose behalf.</summary>
public static class Provenances
{
    /// <param name="target"><c>AdverseEvent/…</c> or <c>Task/…</c>.</param>
    /// <param name="number">Of the activity, from 1.</param>
    /// <param name="activity">Code of <c>caseEvents</c>, or <c>submitted</c>.</param>
    /// <param name="organization">Party of whoever did it; null when the system did.</param>
    /// <param name="actor">Who, as the token names them; null when the caller may not know.</param>
    public static Provenance Of(string target, int number, DateTimeOffset at, string activity, string? organization, string? actor) => new()
    {
        Id = $"{target.Replace('/', '-')}-{number}",
        Target = [new ResourceReference(target)],
        Recorded = at.ToUniversalTime(),
        Activity = activity == CaseStates.Submitted
            ? new("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "CREATE")
            : new(FhirSystems.CodeSystem("caseEvents"), activity),
        Agent =
        [
            new()
            {
                Type = new("http://terminology.hl7.org/CodeSystem/provenance-participant-type", organization is null ? "assembler" : "author"),
                Who = organization is null ? new() { Display = "Avvik" } : actor is null ? OrganizationOf(organization)
                    : new() { Type = "Practitioner", Identifier = new(FhirSystems.User, actor) },
                OnBehalfOf = actor is null ? null : OrganizationOf(organization!),
            },
        ],
    };

    /// <summary>A party by its number, with its name.</summary>
    public static ResourceReference OrganizationOf(string number) => new()
    {
        Type = "Organization",
        Identifier = new(FhirSystems.Organization, number),
        Display = HealthCommunities.Party(number)?.Name,
    };

    /// <summary>A search by target, the only one there is.</summary>
    /// <param name="of">The activities of a target, in their order; none when the caller may not see it.</param>
    public static async Task<IResult> SearchAsync(HttpRequest request, string type, Func<Guid, Task<IReadOnlyList<Provenance>>> of)
    {
        var (search, _) = await FhirSearch.ReadAsync(request, ["target"]);
        if (ReadTarget(search!.One("target"), type) is not { } id)
        {
            search.Errors.Add("/target", search.Has("target") ? FieldCodes.InvalidValue : FieldCodes.Required);
            return Problem.Invalid(search.Errors);
        }
        return search.Errors.Any ? Problem.Invalid(search.Errors) : new FhirAnswer(FhirSearch.Page("Provenance", request, await of(id), null));
    }

    /// <summary>One activity by its id.</summary>
    /// <param name="of">As of a search.</param>
    public static async Task<IResult> GetAsync(string id, string type, Func<Guid, Task<IReadOnlyList<Provenance>>> of) =>
        ReadId(id, type) is var (target, number) && (await of(target)).ElementAtOrDefault(number - 1) is { } found
            ? new FhirAnswer(found) : Problem.NotFound();

    /// <summary>What a Provenance's id says: the target and the number; null when it is none of ours.</summary>
    private static (Guid Target, int Number)? ReadId(string id, string type) =>
        id.StartsWith($"{type}-", StringComparison.Ordinal) && id.LastIndexOf('-') is var last && last > type.Length
        && Guid.TryParseExact(id[(type.Length + 1)..last], "D", out var target)
        && int.TryParse(id[(last + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? (target, number) : null;

    /// <summary>The id in <c>Type/id</c>; null when it is none.</summary>
    private static Guid? ReadTarget(string? target, string type) =>
        target is not null && target.StartsWith($"{type}/", StringComparison.Ordinal) && Guid.TryParseExact(target[(type.Length + 1)..], "D", out var id)
            ? id : null;
}
