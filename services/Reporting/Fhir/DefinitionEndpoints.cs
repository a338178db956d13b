using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Hosting.Problems;
using Hl7.Fhir.Model;

namespace Avvik.Reporting.Fhir;

/// <summary>What the FHIR interface can do and what it defines, for anyone: there is nobody's data in it.</summary>
internal static class DefinitionEndpoints
{
    private static readonly Lazy<byte[]> Package = new(FhirPackage.Build);

    public static void MapDefinitions(this RouteGroupBuilder fhir)
    {
        var open = fhir.MapGroup("").AllowAnonymous();
        open.MapGet("/metadata", () => new FhirAnswer(Capabilities.Statement)).WithParameters();
        open.MapGet("/package.tgz", () => TypedResults.Bytes(Package.Value, "application/gzip", "avvik.fhir.r4.tgz"));
        foreach (var (type, parameter) in Capabilities.DefinitionSearch)
        {
            open.MapGet($"/{type}/{{id}}", (string id) => Definitions.All.FirstOrDefault(d => d.TypeName == type && d.Id == id) is { } found
                ? new FhirAnswer(found) : (IResult)Problem.NotFound()).WithParameters();
            open.MapGet($"/{type}", async (HttpRequest request) =>
            {
                var (search, _) = await FhirSearch.ReadAsync(request, [parameter]);
                var value = search!.One(parameter);
                if (request.Query.Keys.FirstOrDefault(k => k != parameter && k != "_format") is not null) search.Errors.Add("/", FieldCodes.UnknownMember);
                return search.Errors.Any ? (IResult)Problem.Invalid(search.Errors) : new FhirAnswer(FhirSearch.Page(type, request,
                    Definitions.All.Where(d => d.TypeName == type && (value is null || IsNamed(d, value))), null));
            }).WithParameters(parameter);
        }
    }

    private static bool IsNamed(DomainResource definition, string value) => definition switch
    {
        IConformanceResource canonical and not NamingSystem => canonical.Url == value,
        NamingSystem naming => naming.UniqueId.Exists(u => u.Value == value),
        _ => false,
    };
}
