using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.Tools;

/// <summary>Communities from files: shown as a diff, imported, taken back, written out.</summary>
/// <param name="gateway">The gateway.</param>
/// <param name="identity">The development issuer.</param>
internal sealed class DirectoryImports(Uri gateway, Uri identity)
{
    // Sykehuset Innlandet: an administrator of any trust may add a new community.
    private const string AnyTrust = "983971709";

    /// <summary>Imports a file, all of it or nothing.</summary>
    /// <param name="file">A list of communities.</param>
    /// <param name="reason">Why.</param>
    /// <param name="dryRun">Shows what would change.</param>
    /// <param name="withoutAvvik">Their parties do not use Avvik, and can be reported to by letter.</param>
    public async Task<bool> ImportAsync(string file, string reason, bool dryRun, bool withoutAvvik)
    {
        CommunityDocument[] communities;
        try { communities = JsonSerializer.Deserialize(await File.ReadAllTextAsync(file), ContractJson.Default.CommunityDocumentArray)!; }
        catch (Exception error) when (error is JsonException or IOException) { throw new ToolException($"{file}: {error.Message}"); }
        if (withoutAvvik) communities = [.. communities.Select(c => c with { WithoutAvvik = new(new(2012, 1, 1)) })];
        using var reader = await ClientAsync(AnyTrust);
        var directory = await reader.Client.GetDirectoryAsync();
        // Its own administrator; where the trust does not use Avvik yet, it has none that counts.
        var own = directory.Communities.FirstOrDefault(c => communities.Any(i => i.Code == c.Code))?.Trust;
        var trust = own is null || own.WithoutAvvik?.Covers(DateOnly.FromDateTime(DateTime.Today)) == true ? AnyTrust : own.OrganizationNumber;
        using var writer = await ClientAsync(trust);
        return await ShowAsync(() => writer.Client.ImportDirectoryAsync(new() { Communities = communities, Reason = reason }, directory.Version, dryRun));
    }

    /// <summary>Takes the newest import back.</summary>
    public async Task<bool> UndoAsync(string reason, bool dryRun)
    {
        using var reader = await ClientAsync(AnyTrust);
        var (directory, imports) = (await reader.Client.GetDirectoryAsync(), await reader.Client.ListDirectoryImportsAsync());
        var by = imports.FirstOrDefault(i => i.Undoes is null && i.UndoneBy is null)?.Organization ?? AnyTrust;
        using var writer = await ClientAsync(by);
        return await ShowAsync(() => writer.Client.UndoDirectoryImportAsync(new() { Reason = reason }, directory.Version, dryRun));
    }

    /// <summary>Writes a community as a file that can be changed and imported.</summary>
    public async Task ExportAsync(string code)
    {
        using var reader = await ClientAsync(AnyTrust);
        try { Console.WriteLine(JsonSerializer.Serialize([await reader.Client.GetCommunityAsync(code)], Indented.CommunityDocumentArray)); }
        catch (AvvikProblemException problem)
        {
            throw new ToolException(problem.Code == ProblemCodes.NotFound ? $"There is no community '{code}'." : problem.Message);
        }
    }

    /// <summary>What has been imported, newest first.</summary>
    public async Task ListAsync()
    {
        using var reader = await ClientAsync(AnyTrust);
        foreach (var i in await reader.Client.ListDirectoryImportsAsync())
            Console.WriteLine($"{i.Version,5}  {i.At:yyyy-MM-dd HH:mm}  {i.Organization}  {string.Join(' ', i.Communities)}  {i.Reason}"
                + (i.Undoes is { } undone ? $"  (takes {undone} back)" : i.UndoneBy is { } by ? $"  (taken back by {by})" : ""));
    }

    private static readonly ContractJson Indented = new(new JsonSerializerOptions(ContractJson.Default.Options)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private async Task<Session> ClientAsync(string organization)
    {
        var token = await Tokens.GetAsync(identity, [$"organization={organization}", "role=admin"]);
        var http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(1) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new(http, AvvikClient.For(http));
    }

    private static async Task<bool> ShowAsync(Func<Task<DirectoryImportAnswer>> call)
    {
        try
        {
            var answer = await call();
            foreach (var d in answer.Differences)
                Console.WriteLine(d is { Before: null } ? $"+ {d.Path}: {d.After}" : d is { After: null } ? $"- {d.Path}: {d.Before}"
                    : $"~ {d.Path}: {d.Before} -> {d.After}");
            Console.WriteLine(answer.Differences.Count == 0 ? "nothing changes" : answer.DryRun
                ? $"{answer.Differences.Count} values would change; nothing was stored"
                : $"{answer.Differences.Count} values changed; the directory is version {answer.Version}");
            return true;
        }
        catch (AvvikProblemException problem)
        {
            Console.Error.WriteLine(problem.Message);
            foreach (var error in problem.Errors) Console.Error.WriteLine($"{error.Pointer}: {error.Message}");
            return false;
        }
    }

    private sealed record Session(HttpClient Http, IAvvikClient Client) : IDisposable
    {
        public void Dispose() => Http.Dispose();
    }
}
