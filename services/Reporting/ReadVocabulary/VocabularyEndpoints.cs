using System.Security.Cryptography;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Reporting.ReadVocabulary;

/// <summary>The code lists, for anyone: there is nobody's data in them, and a form is built before its user has signed in.</summary>
internal static class VocabularyEndpoints
{
    private static readonly VocabularyLists All = new([.. Vocabulary.Lists.Select(Of)]);
    private static readonly string Tag =
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(All, ClientJson.Default.VocabularyLists))[..12]);

    public static void MapVocabulary(this RouteGroupBuilder vocabulary)
    {
        vocabulary.MapGet("", Results<Ok<VocabularyLists>, StatusCodeHttpResult> (HttpContext http) => IfNoneMatch.IsUnchanged(http, Tag)
                ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(All))
            .WithName("GetVocabulary").WithSummary("Every code list with its labels")
            .WithDescription("""
                In bokmål, nynorsk and English. Needs no token. Codes are never removed or reused; one that applies no longer has a last day. With the ETag as
                If-None-Match the answer is 304 while nothing has changed.
                """);
        vocabulary.MapGet("/{list}", Results<Ok<VocabularyList>, StatusCodeHttpResult, Problem> (string list, HttpContext http) =>
                All.Lists.FirstOrDefault(l => l.List == list) is not { } found ? Problem.NotFound()
                : IfNoneMatch.IsUnchanged(http, Tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(found))
            .WithName("GetVocabularyList").WithSummary("A code list with its labels").WithDescription("Needs no token.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static VocabularyList Of(string list) => new(list, [.. Vocabulary.TermsOf(list).Select(term => new VocabularyCode(
        term.Code, new(Word(list, term, "nb"), Word(list, term, "nn"), Word(list, term, "en")), term.ValidFrom, term.ValidTo,
        list == "categories" ? Vocabulary.Categories[term.Code].Clause : null))]);

    private static string Word(string list, VocabularyTerm term, string language) => Vocabulary.Label(list, term.Code, language)!;
}
