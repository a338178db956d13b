using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Messaging;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.SubmitDeviation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.ImportDeviations;

/// <summary>What became of one line: what <c>POST /api/v1/deviations</c> would have answered it, without its texts.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="Status">HTTP status: 201, 200 for a line that was accepted earlier, or the problem's.</param>
internal sealed record ImportedLine(long Line, int Status, Guid? Id = null, string? Reference = null, IReadOnlyList<TextWarning>? Warnings = null,
    ProblemDocument? Problem = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImportedLine))]
internal sealed partial class ImportJson : JsonSerializerContext;

/// <summary>Many submissions in one request, one a line. Each is accepted or refused by itself, and the same file may be sent again.</summary>
internal static class ImportDeviationsEndpoints
{
    private const string NdJson = "application/x-ndjson";
    // Lines that share a commit.
    private const int AtOnce = 64;
    private const int LongestLine = 256 * 1024;
    private static readonly TimeSpan OutboxDrains = TimeSpan.FromSeconds(2);

    public static RouteGroupBuilder MapImportDeviations(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/import", ImportAsync).WithName("ImportDeviations")
            .WithSummary("Submit many deviations, one a line; one line of answer for each")
            .WithDescription("""
                A line that is refused stops no other. The answer begins when the last line has been read. After a broken connection the same file is sent
                again: what was accepted is answered with 200 and its first receipt. Deviations of an earlier system that are done with go to
                /statistics/history.
                """)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
            .Accepts<Submission>(NdJson).Produces<ImportedLine>(200, NdJson).ProducesProblem(403).ProducesProblem(415);
        return deviations;
    }

    private static async Task<Results<EmptyHttpResult, Problem>> ImportAsync(HttpContext http, Caller caller, SubmissionRules rules, PatientEnvelopes envelopes,
        TextProtector texts, ReferenceNumbers references, Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases,
        MessagingMetrics messaging, TimeProvider clock, CancellationToken ct)
    {
        if (rules.Reporter(caller) is null) return new Problem(StatusCodes.Status403Forbidden, ProblemCodes.OrganizationNotInDirectory);
        // Most clients read nothing before they have sent everything: an answer that begins earlier would fill the connection, and both would wait. What does
        // not fit in memory is in a file meanwhile; it has no texts.
        await using var answer = new FileBufferingWriteStream();
        await foreach (var lines in ReadAsync(http.Request.BodyReader, ct).Chunk(AtOnce).WithCancellation(ct))
        {
            // Where one report is told to come again, many wait: the sender is held back by what is not read.
            while (messaging.OutboxDepth > SubmitDeviationEndpoints.MaxOutboxDepth) await Task.Delay(OutboxDrains, clock, ct);
            foreach (var imported in await Task.WhenAll(lines.Where(l => l.Text is not { Length: 0 }).Select(SubmitAsync)))
            {
                await JsonSerializer.SerializeAsync(answer, imported, ImportJson.Default.ImportedLine, ct);
                answer.WriteByte((byte)'\n');
            }
        }
        http.Response.ContentType = NdJson;
        await answer.DrainBufferAsync(http.Response.Body, ct);
        return TypedResults.Empty;

        async Task<ImportedLine> SubmitAsync((long Number, byte[]? Text) line)
        {
            // Its warnings and the language of its problem are its own.
            var own = new DefaultHttpContext { RequestServices = http.RequestServices, RequestAborted = ct };
            own.Request.Headers.AcceptLanguage = http.Request.Headers.AcceptLanguage;
            own.Request.ContentType = "application/json";
            own.Request.Body = new MemoryStream(line.Text ?? []);
            var result = line.Text is null ? Problem.OfStatus(StatusCodes.Status413PayloadTooLarge)
                : (IResult)(await SubmitDeviationEndpoints.AcceptAsync(check => StrictJson.ReadAsync(own.Request, ClientJson.Default, check), own, caller,
                    rules, envelopes, texts, references, writer, databases, messaging, clock, ct)).Result;
            var warnings = own.Warnings() is { Count: > 0 } found ? found : null;
            return result switch
            {
                Created<Deviation> { Value: { } d } => new(line.Number, StatusCodes.Status201Created, d.Id, d.Reference, warnings),
                Ok<Deviation> { Value: { } d } => new(line.Number, StatusCodes.Status200OK, d.Id, d.Reference, warnings),
                Problem problem => new(line.Number, problem.Status, Problem: problem.DocumentFor(own)),
                _ => throw new InvalidOperationException($"A submission was answered with {result.GetType().Name}."),
            };
        }
    }

    /// <summary>The lines, each with its number; null for one that is too long.</summary>
    private static async IAsyncEnumerable<(long Number, byte[]? Text)> ReadAsync(PipeReader body, [EnumeratorCancellation] CancellationToken ct)
    {
        var (number, skipping) = (1L, false);
        while (true)
        {
            var read = await body.ReadAsync(ct);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                yield return (number++, skipping ? null : LineOf(buffer.Slice(0, end)));
                (buffer, skipping) = (buffer.Slice(buffer.GetPosition(1, end)), false);
            }
            if (read.IsCompleted)
            {
                if (skipping || !buffer.IsEmpty) yield return (number, skipping ? null : LineOf(buffer));
                body.AdvanceTo(buffer.End);
                yield break;
            }
            if (buffer.Length > LongestLine) (buffer, skipping) = (buffer.Slice(buffer.End), true);
            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static byte[]? LineOf(ReadOnlySequence<byte> line)
    {
        if (line.Length > LongestLine) return null;
        var bytes = line.ToArray();
        return bytes is [.. var text, (byte)'\r'] ? text : bytes;
    }
}
