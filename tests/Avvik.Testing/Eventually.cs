using System.Diagnostics;
using Xunit;

namespace Avvik.Testing;

/// <summary>For what happens in its own time: asked again until it is so, or until it is too late.</summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    /// <param name="condition">What is to become true.</param>
    /// <param name="within">How long it may take; generous, since a test that passes does not wait for it.</param>
    /// <param name="describe">How things stood when it was too late.</param>
    public static async Task IsTrue(Func<Task<bool>> condition, TimeSpan within, Func<Task<string>>? describe = null)
    {
        using var timer = new PeriodicTimer(Between);
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > within) Assert.Fail($"Not within {within}. {(describe is null ? "" : await describe())}");
            await timer.WaitForNextTickAsync();
        }
    }
}
